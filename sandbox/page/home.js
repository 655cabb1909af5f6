// The tabs of the app: the messages between it and a person, and the home that it publishes for that person.

import { build, make, morph } from "./messages.js";
import { send } from "./server.js";
import { localize } from "./times.js";

const byId = (id) => document.getElementById(id);
const tabs = byId("tabs");
const panel = byId("home");
let isChosen = false;

// Shows the home if its tab is chosen. `isDirect`: the conversation is that with the app; `home`: null without one.
// Returns the panel if it is on the screen, and whether the home has only just come.
export function showHome(isDirect, home) {
  isChosen &&= isDirect;
  tabs.hidden = !isDirect;
  panel.hidden = !isChosen;
  for (const tab of tabs.children) tab.setAttribute("aria-pressed", String((tab.dataset.tab === "home") === isChosen));
  if (!isChosen) return { panel: null, isNew: false };
  const fresh = make("div", "content");
  if (home) {
    panel.dataset.view = home.id;
    fresh.lang = home.lang;
    fresh.append(...home.content.map(build));
    localize(fresh, home.lang);
  } else fresh.append(make("p", "none", "The app has not published a home for you yet."));
  const isNew = Boolean(home) && !panel.querySelector(".slack");
  const focused = panel.contains(document.activeElement);
  morph(panel.firstElementChild, fresh);
  if (focused && !panel.contains(document.activeElement)) panel.focus();
  return { panel, isNew };
}

// `changed` is called once another tab is chosen.
export function onTab(changed) {
  tabs.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]")?.dataset.tab;
    if (!tab) return;
    isChosen = tab === "home";
    changed();
    send("/tab", { tab });
  });
}
