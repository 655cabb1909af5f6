// Sends what is typed: commands to the bot, and messages to the conversation or to a thread of it.

import { send } from "./server.js";

const COMMAND = /^\/longtask(?:\s+|$)([\s\S]*)/i;
const IN_THREAD = "As in Slack, commands do not work in threads. Mention the bot instead: @longtask 123";

// Resolves to what is to be said about it. `root`: of the thread in which it was typed, or null.
async function deliver(text, root) {
  const command = COMMAND.exec(text);
  if (command) {
    const error = await send("/type", { text: command[1] });
    return error ? `/longtask failed: ${error}` : "Sent. Arrow up brings back what was typed.";
  }
  const error = await send("/say", { text, root });
  return error ? `Posted, but longtask was not reached: ${error}` : "Posted.";
}

function refusal(text, root) {
  if (!text.startsWith("/")) return null;
  if (root) return IN_THREAD;
  return COMMAND.test(text) ? null : "No other command than /longtask does something here.";
}

// `rootOf` says in which thread is typed.
export function compose(form, rootOf) {
  const [field, hint] = [form.querySelector("input"), form.querySelector("[role=status]")];
  const before = [];
  let back = 0;

  async function take(text) {
    const root = rootOf();
    hint.textContent = refusal(text, root) ?? "";
    if (hint.textContent) return;
    before.unshift(text);
    back = 0;
    field.value = "";
    hint.textContent = await deliver(text, root);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text) take(text);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    back = Math.min(Math.max(0, back + (event.key === "ArrowUp" ? 1 : -1)), before.length);
    field.value = back ? before[back - 1] : "";
  });
  form.addEventListener("click", (event) => {
    const tried = event.target.closest("[data-try]");
    if (tried) take(tried.dataset.try);
  });
}
