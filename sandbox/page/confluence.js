// Begins long tasks as Confluence's own window does, which shows no id.

import { send } from "./server.js";

const panel = document.getElementById("confluence");
const said = panel.querySelector("[role=status]");

panel.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-begin]");
  if (!button) return;
  const error = await send("/begin", { kind: button.dataset.begin });
  said.textContent = error ? `That did not work: ${error}` : `${button.dataset.begun} now. To follow it, send /longtask.`;
});

// Where there is little room it is unfolded when it is wanted.
const wide = matchMedia("(min-width: 1101px)");
const unfold = () => {
  panel.open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();
