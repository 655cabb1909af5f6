// Shows the modal that the app has opened for a person. While the app changes it, the fields that stay keep what was
// filled in, and the focus.

import { restore, values } from "./fields.js";
import { build, lines } from "./messages.js";
import { send } from "./server.js";
import { localize } from "./times.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("modal");
const form = byId("modal-form");
const content = byId("modal-content");
const submit = byId("modal-submit");
const filled = new Map(); // id of a modal -> what its fields held when it was last seen
let shown = null;

function nameOf(element) {
  const { block, field, action } = element?.dataset ?? {};
  return field || action ? `${block} ${field ?? action} ${element.type === "text" ? "" : (element.value ?? "")}` : null;
}

function fill(modal) {
  dialog.lang = modal.lang;
  form.dataset.view = modal.id;
  byId("modal-title").textContent = modal.title;
  byId("modal-close").textContent = modal.close ?? "Close";
  submit.textContent = modal.submit ?? "";
  submit.hidden = !modal.submit;
  byId("modal-trouble").textContent = modal.trouble ?? "";
  content.replaceChildren(...modal.content.map(build));
  localize(content, modal.lang);
  restore(form, filled.get(modal.id) ?? {});
}

// What is wrong comes first, then what had the focus before, then the first field.
function focus(name, selection) {
  const all = [...content.querySelectorAll("[data-field], [data-action]")];
  const same = name && all.find((each) => nameOf(each) === name);
  const wrong = content.querySelector("[aria-invalid]");
  const first = content.querySelector("[data-focus]") ?? content.querySelector("[data-field]");
  (wrong ?? same ?? first ?? byId("modal-title")).focus();
  if (same && !wrong && selection) same.setSelectionRange(...selection);
}

// `modal`: as the server sends it; null without one.
export function showModal(modal) {
  if (JSON.stringify(modal) === JSON.stringify(shown)) return;
  const before = shown && new Set(lines(content));
  const isSame = shown?.id === modal?.id;
  if (shown) filled.set(shown.id, values(form));
  shown = modal;
  if (!modal) {
    filled.clear();
    return dialog.close();
  }
  const active = content.contains(document.activeElement) ? document.activeElement : null;
  const name = isSame ? nameOf(active) : null;
  const selection = active?.selectionStart != null && [active.selectionStart, active.selectionEnd];
  fill(modal);
  if (!dialog.open) dialog.showModal();
  focus(name, selection);
  const news = lines(content).filter((line) => !before?.has(line));
  byId("modal-said").textContent = before ? [...(isSame ? [] : [modal.title]), ...news].join(" ") : "";
}

async function leave() {
  const left = shown;
  const error = await send("/close", { view: left.id });
  filled.delete(left.id);
  if (error && shown === left) showModal(null);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (submit.hidden || submit.hasAttribute("aria-busy")) return;
  submit.setAttribute("aria-busy", "true");
  const error = await send("/submit", { view: shown.id, values: values(form) });
  submit.removeAttribute("aria-busy");
  if (error) byId("modal-trouble").textContent = `${submit.textContent} did not work: ${error}`;
});

byId("modal-close").addEventListener("click", leave);
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  leave();
});
// A browser may close it nonetheless.
dialog.addEventListener("close", () => shown && leave());
