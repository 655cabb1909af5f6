// Presses the buttons of messages, of the home and of modals, and copies addresses.

import { values } from "./fields.js";
import { confirmed } from "./question.js";
import { send } from "./server.js";

// Resolves to what went wrong, or to null.
export async function press(button) {
  if (button.hasAttribute("aria-busy") || !(await confirmed(button))) return null;
  const act = { action_id: button.dataset.action, value: button.dataset.value };
  const view = button.closest("[data-view]");
  const message = button.closest("article");
  button.setAttribute("aria-busy", "true");
  const error = view
    ? await send("/click-view", { ...act, view: view.dataset.view, values: values(view) })
    : await send("/click", { ...act, ts: message.dataset.ts });
  button.removeAttribute("aria-busy");
  return error && `${button.textContent} did not work: ${error}`;
}

// Resolves to what is to be said.
export async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    return "The address is copied.";
  } catch {
    return `This browser does not copy. The address is ${button.dataset.copy}`;
  }
}
