// The menu of shortcuts: those of one message, or those of the whole app.

import { make } from "./messages.js";

const menu = document.getElementById("menu");
const EDGE = 8; // pixels to the edge of the window
const GAP = 4; // pixels to the button
let choose = null;

const items = () => [...menu.querySelectorAll("[role=menuitem]")];

function item(shortcut) {
  const entry = make("button", "", shortcut.name);
  entry.type = "button";
  entry.role = "menuitem";
  entry.tabIndex = -1;
  entry.dataset.callback = shortcut.callback_id;
  entry.append(make("small", "", shortcut.description));
  return entry;
}

function placeBeside(button) {
  const at = button.getBoundingClientRect();
  const left = Math.min(at.left, innerWidth - menu.offsetWidth - EDGE);
  const below = at.bottom + GAP + menu.offsetHeight + EDGE < innerHeight;
  menu.style.left = `${Math.max(EDGE, left)}px`;
  menu.style.top = `${Math.max(EDGE, below ? at.bottom + GAP : at.top - GAP - menu.offsetHeight)}px`;
}

// Calls `chosen` with the callback id of what is chosen.
export function openMenu(button, shortcuts, chosen) {
  if (isMenuOpen()) return menu.hidePopover();
  choose = chosen;
  menu.setAttribute("aria-label", button.getAttribute("aria-label"));
  menu.replaceChildren(...shortcuts.map(item));
  menu.showPopover();
  placeBeside(button);
  items()[0].focus();
}

export const isMenuOpen = () => menu.matches(":popover-open");

menu.addEventListener("click", (event) => {
  const entry = event.target.closest("[role=menuitem]");
  if (!entry) return;
  menu.hidePopover();
  choose(entry.dataset.callback);
});

menu.addEventListener("keydown", (event) => {
  const all = items();
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  all[next % all.length].focus();
});
