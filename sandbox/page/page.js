// Shows the conversation that the server streams, and sends what is typed and clicked.

import { copy, press } from "./buttons.js";
import { compose } from "./composer.js";
import "./confluence.js";
import { onTab, showHome } from "./home.js";
import { isMenuOpen, openMenu } from "./menu.js";
import { article, make, morph, show } from "./messages.js";
import { showModal } from "./modal.js";
import { hear } from "./news.js";
import { place, send } from "./server.js";
import { timeText } from "./times.js";

const byId = (id) => document.getElementById(id);
const list = byId("messages");
const thread = byId("thread");
const pane = byId("pane");
const workspace = document.querySelector(".workspace");
const field = byId("text");
const said = byId("said");
const person = byId("person");
const narrow = matchMedia("(max-width: 720px)");
const PERMALINK = /^https:\/\/[^/]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?/;

let state = JSON.parse(byId("first").textContent);
let openRoot = null;
let wasOpened = false;
let turned = true; // the reader has turned to something else since it was last shown
let turnTo = null; // the thread to open once its conversation is there
let events = null;
const seen = new Map(); // person and conversation -> ts of the newest message that was on the screen

const reader = () => state.people.find((each) => each.id === person.value);
const replies = (root) => state.messages.filter((message) => message.root === root && !message.private);
const shortcuts = (type) => state.shortcuts.filter((each) => each.type === type);
const shown = (message) => article(message, reader().locale, shortcuts("message").length > 0);
const named = (conversation) => (conversation.direct ? conversation.name : `# ${conversation.name}`);

function withCount(message) {
  const element = shown(message);
  const answers = replies(message.ts);
  if (!answers.length) return element;
  const count = make("button", "count");
  count.type = "button";
  count.dataset.root = message.ts;
  count.setAttribute("aria-expanded", String(openRoot === message.ts));
  const last = timeText(new Date(Number(answers.at(-1).ts) * 1000), reader().locale);
  count.append(`${answers.length} ${answers.length === 1 ? "reply" : "replies"}`, " ", make("span", "last", `Last reply ${last}`));
  element.append(count);
  return element;
}

function renderConversations(here) {
  const key = (conversation) => `${person.value} ${conversation.id}`;
  seen.set(key(here), here.latest);
  const items = state.conversations.map((each) => {
    const button = make("button", "conversation", named(each));
    button.type = "button";
    button.dataset.channel = each.id;
    if (each.direct) button.append(" ", make("span", "app", "APP"));
    if (each === here) button.setAttribute("aria-current", "page");
    else if (Number(each.latest) > Number(seen.get(key(each)) ?? 0)) button.append(" ", make("span", "new", "new"));
    const item = make("li");
    item.append(button);
    return item;
  });
  const fresh = make("ul");
  fresh.id = "conversations";
  fresh.append(...items);
  morph(byId("conversations"), fresh);
  byId("title").textContent = named(here);
  document.title = `${named(here)} · longtask sandbox`;
}

// Where only the thread is on the screen, its heading is that of the page.
function renderHeading(here) {
  const heading = make(narrow.matches ? "h1" : "h2", "", "Thread ");
  heading.id = "thread-title";
  heading.append(make("small", "", here));
  morph(byId("thread-title"), heading);
}

function render() {
  const roots = state.messages.filter((message) => !message.root);
  if (!wasOpened && innerWidth > 1100) {
    openRoot = roots.find((root) => replies(root.ts).length)?.ts ?? null;
    wasOpened = Boolean(openRoot);
    turned ||= wasOpened;
  }
  const root = roots.find((message) => message.ts === openRoot);
  if (!root) openRoot = null;
  pane.hidden = !root;
  workspace.classList.toggle("split", Boolean(root));
  const here = state.conversations.find((each) => each.id === state.channel);
  Object.assign(place, { user: person.value, channel: state.channel });
  renderConversations(here);
  renderHeading(named(here));
  show(list, roots.map(withCount));
  const opened = root ? [root, ...state.messages.filter((message) => message.root === openRoot)] : [];
  show(thread, opened.map(shown));
  const onScreen = renderTabs(here);
  hear([...onScreen, ...[...thread.children].slice(1)], turned);
  turned = false;
  byId("shortcuts").hidden = !shortcuts("global").length;
  showModal(state.modal);
}

// Shows the messages or the home, and returns what is on the screen of it.
function renderTabs(here) {
  const { panel, isNew } = showHome(here.direct, state.home);
  list.hidden = Boolean(panel);
  byId("composer").hidden = Boolean(panel);
  turned ||= isNew;
  return panel ? [panel] : [...list.children];
}

function openThread(root) {
  wasOpened = true;
  turned = true;
  openRoot = root;
  render();
  if (!openRoot) return;
  thread.scrollTop = thread.scrollHeight;
  thread.focus();
}

function closeThread() {
  const root = openRoot;
  openThread(null);
  list.querySelector(`.count[data-root="${CSS.escape(root ?? "")}"]`)?.focus();
}

// `elseFirst`: another person may not see this conversation, and then sees the first of theirs.
function listen(channel, { elseFirst = false } = {}) {
  events?.close();
  const query = new URLSearchParams({ user: person.value, channel, ...(elseFirst && { else_first: "1" }) });
  events = new EventSource(`/events?${query}`);
  let isFirst = true;
  events.onmessage = (event) => {
    byId("link").hidden = true;
    state = JSON.parse(event.data);
    turned ||= isFirst;
    isFirst = false;
    render();
    if (turnTo && turnTo.channel === state.channel) openThread(turnTo.root);
    turnTo = null;
  };
  events.onerror = () => {
    byId("link").hidden = false;
  };
}

// A link to a message of this workspace opens its thread here.
function follow(event, link) {
  const found = PERMALINK.exec(link.href);
  if (!found) return;
  const [, channel, seconds, micros, root] = found;
  event.preventDefault();
  turnTo = { channel, root: root ?? `${seconds}.${micros}` };
  listen(channel);
}

function openShortcuts(button) {
  const message = button.closest("article");
  const type = message ? "message" : "global";
  openMenu(button, shortcuts(type), async (callback) => {
    const error = await send("/shortcut", { callback_id: callback, ts: message?.dataset.ts });
    if (error) said.textContent = `The shortcut did not work: ${error}`;
  });
}

async function pressed(button) {
  const error = await press(button);
  if (error) (button.closest("dialog") ? byId("modal-trouble") : said).textContent = error;
}

document.addEventListener("click", async (event) => {
  const { target } = event;
  const count = target.closest(".count");
  const conversation = target.closest(".conversation");
  const link = target.closest("a[href]");
  const button = target.closest("[data-action]");
  const copied = target.closest("[data-copy]");
  const more = target.closest(".more");
  said.textContent = "";
  if (count) openThread(count.dataset.root);
  if (conversation) listen(conversation.dataset.channel);
  if (link) follow(event, link);
  if (more) openShortcuts(more);
  if (copied) said.textContent = await copy(copied);
  if (button) pressed(button);
});

document.addEventListener("keydown", (event) => {
  if (isMenuOpen() || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && openRoot) closeThread();
  if (event.key === "/" && !byId("composer").hidden && !event.target.closest("input")) {
    event.preventDefault();
    field.value = field.value || "/longtask ";
    field.focus();
  }
});

byId("close").addEventListener("click", closeThread);
narrow.addEventListener("change", render);
person.addEventListener("change", () => {
  openRoot = null;
  place.user = person.value; // also of what is typed before the first event
  listen(state.channel, { elseFirst: true });
});
onTab(() => {
  turned = true;
  openRoot = null;
  render();
});

for (const each of state.people) {
  const notes = [each.language, ...(each.is_admin ? ["admin"] : [])];
  person.add(new Option(`${each.name} (${notes.join(", ")})`, each.id));
}
compose(byId("composer"), () => null);
compose(byId("reply"), () => openRoot);
render();
listen(state.channel);
