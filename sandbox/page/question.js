// Asks back before a button is pressed, where the button says so.

const byId = (id) => document.getElementById(id);
const dialog = byId("question");

// Resolves to whether the person wants what the button says.
export function confirmed(button) {
  if (!button.dataset.confirm) return true;
  const asked = JSON.parse(button.dataset.confirm);
  for (const part of ["title", "text", "deny", "confirm"]) byId(`question-${part}`).textContent = asked[part];
  dialog.lang = button.closest("[lang]").lang;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "confirm"), { once: true });
  });
}

for (const answer of ["deny", "confirm"]) byId(`question-${answer}`).addEventListener("click", () => dialog.close(answer));
