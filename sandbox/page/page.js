// Shows the conversation that the server streams, and sends what is typed and clicked.

import { article, make, morph, show } from "./messages.js";
import { hear } from "./news.js";
import { confirmed, isAsking } from "./question.js";
import { timeText } from "./times.js";

const byId = (id) => document.getElementById(id);
const list = byId("messages");
const thread = byId("thread");
const pane = byId("pane");
const workspace = document.querySelector(".workspace");
const field = byId("text");
const hint = byId("hint");
const person = byId("person");
const narrow = matchMedia("(max-width: 720px)");
const PERMALINK = /^https:\/\/[^/]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?/;

let state = JSON.parse(byId("first").textContent);
let openRoot = null;
let wasOpened = false;
let turned = true; // the reader has turned to something else since it was last shown
let turnTo = null; // the thread to open once its conversation is there
let events = null;
let back = 0;
const typedBefore = [];
const seen = new Map(); // person and conversation -> ts of the newest message that was on the screen

const reader = () => state.people.find((each) => each.id === person.value);
const replies = (root) => state.messages.filter((message) => message.root === root && !message.private);
const named = (conversation) => (conversation.direct ? conversation.name : `# ${conversation.name}`);

function withCount(message) {
  const element = article(message, reader().locale);
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

function renderConversations() {
  const here = state.conversations.find((each) => each.id === state.channel);
  const place = (conversation) => `${person.value} ${conversation.id}`;
  seen.set(place(here), here.latest);
  const items = state.conversations.map((each) => {
    const button = make("button", "conversation", named(each));
    button.type = "button";
    button.dataset.channel = each.id;
    if (each.direct) button.append(" ", make("span", "app", "APP"));
    if (each === here) button.setAttribute("aria-current", "page");
    else if (Number(each.latest) > Number(seen.get(place(each)) ?? 0)) button.append(" ", make("span", "new", "new"));
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
  renderConversations();
  renderHeading(byId("title").textContent);
  show(list, roots.map(withCount));
  const opened = root ? [root, ...state.messages.filter((message) => message.root === openRoot)] : [];
  show(thread, opened.map((message) => article(message, reader().locale)));
  hear([...list.children, ...[...thread.children].slice(1)], turned);
  turned = false;
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

function listen(channel) {
  events?.close();
  const query = new URLSearchParams({ user: person.value, ...(channel && { channel }) });
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

async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, user: person.value, channel: state.channel }),
    });
    const said = await answer.json();
    return said.error || (answer.ok ? null : `error ${answer.status}`);
  } catch {
    return "the demo has ended";
  }
}

async function press(button) {
  const { ts } = button.closest("article").dataset;
  if (button.hasAttribute("aria-busy") || !(await confirmed(button))) return;
  button.setAttribute("aria-busy", "true");
  const error = await post("/click", { ts, action_id: button.dataset.action });
  button.removeAttribute("aria-busy");
  if (error) hint.textContent = `${button.textContent} did not work: ${error}`;
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

byId("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  const match = /^\/longtask(?:\s+|$)([\s\S]*)/i.exec(text);
  if (!match) {
    hint.textContent = "Only /longtask does something here, e.g. /longtask help.";
    return;
  }
  typedBefore.unshift(text);
  back = 0;
  field.value = "";
  list.scrollTop = list.scrollHeight;
  const error = await post("/type", { text: match[1] });
  hint.textContent = error ? `/longtask failed: ${error}` : "Sent. Arrow up brings back what was typed.";
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  event.preventDefault();
  back = Math.min(Math.max(0, back + (event.key === "ArrowUp" ? 1 : -1)), typedBefore.length);
  field.value = back ? typedBefore[back - 1] : "";
});

document.addEventListener("click", (event) => {
  const { target } = event;
  const count = target.closest(".count");
  const conversation = target.closest(".conversation");
  const link = target.closest("a[href]");
  const button = target.closest("[data-action]");
  if (count) openThread(count.dataset.root);
  if (conversation) listen(conversation.dataset.channel);
  if (link) follow(event, link);
  if (button) press(button);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openRoot && !isAsking()) closeThread();
  if (event.key === "/" && !isAsking() && !event.target.closest("input")) {
    event.preventDefault();
    field.value = field.value || "/longtask ";
    field.focus();
  }
});

byId("close").addEventListener("click", closeThread);
narrow.addEventListener("change", render);
person.addEventListener("change", () => {
  openRoot = null;
  listen(null);
});

for (const each of state.people) person.add(new Option(`${each.name} (${each.language})`, each.id));
render();
listen(state.channel);
