"use strict";
// Shows the channel as the server streams it, and sends what is typed and clicked.

const byId = (id) => document.getElementById(id);
const list = byId("messages");
const thread = byId("thread");
const pane = byId("pane");
const workspace = document.querySelector(".workspace");
const field = byId("text");
const hint = byId("hint");
const person = byId("person");
const typedBefore = [];

let channel = [];
let openRoot = null;
let wasOpened = false;
let back = 0;

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function localTimes(element) {
  for (const time of element.querySelectorAll("time[data-epoch]")) {
    const moment = new Date(Number(time.dataset.epoch) * 1000);
    time.dateTime = moment.toISOString();
    const today = moment.toDateString() === new Date().toDateString();
    const day = today ? "Today" : moment.toLocaleDateString([], { month: "short", day: "numeric" });
    time.textContent = `${day} ${clock(time.dataset.epoch)}`;
  }
}

function article(message) {
  const element = make("article", "message");
  element.dataset.ts = message.ts;
  if (message.private) {
    element.classList.add("private");
    element.append(make("p", "only", "Only visible to you"));
  }
  const face = make("div", message.app ? "face" : "face person", message.author[0].toUpperCase());
  face.setAttribute("aria-hidden", "true");
  const body = make("div");
  const line = make("p", "line");
  line.append(make("span", "author", message.author));
  if (message.app) line.append(make("span", "app", "APP"));
  line.append(make("time", "at", clock(message.ts)));
  if (message.edited) line.append(make("span", "edited", "(edited)"));
  const content = make("div", "content");
  content.innerHTML = message.html; // made by the server, where every text is escaped
  localTimes(content);
  body.append(line, content);
  element.append(face, body);
  return element;
}

// Puts `messages` into `box`, touching only what changed, so that readers hear only that.
function show(box, messages, decorate) {
  const end = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const known = new Map([...box.querySelectorAll(":scope > article")].map((each) => [each.dataset.ts, each]));
  let after = null;
  for (const message of messages) {
    const shown = JSON.stringify(message);
    let element = known.get(message.ts);
    known.delete(message.ts);
    if (!element || element.dataset.shown !== shown) {
      const fresh = article(message);
      fresh.dataset.shown = shown;
      if (element) {
        const focused = element.contains(document.activeElement) && document.activeElement.dataset.action;
        fresh.classList.add("changed");
        element.replaceWith(fresh);
        if (focused) fresh.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
      }
      element = fresh;
    }
    if (!element.isConnected || element.previousElementSibling !== after) {
      after ? after.after(element) : box.prepend(element);
    }
    after = decorate(element, message);
  }
  for (const gone of known.values()) {
    if (gone.nextElementSibling?.classList.contains("count")) gone.nextElementSibling.remove();
    gone.remove();
  }
  if (end) box.scrollTop = box.scrollHeight;
}

function replies(root) {
  return channel.filter((message) => message.root === root);
}

// Slack counts what everybody sees.
function counted(root) {
  return replies(root).filter((message) => !message.private);
}

function withCount(element, message) {
  const answers = counted(message.ts);
  const next = element.nextElementSibling;
  let count = next?.classList.contains("count") ? next : null;
  if (!answers.length) return element;
  if (!count) {
    count = make("button", "count");
    count.type = "button";
    count.dataset.root = message.ts;
    count.append(make("span", "number"), make("span", "last"));
    element.after(count);
    element.classList.add("rooted");
  }
  const number = `${answers.length} ${answers.length === 1 ? "reply" : "replies"}`;
  if (count.firstChild.textContent !== number) {
    count.firstChild.textContent = number;
    count.lastChild.textContent = `Last reply ${clock(answers.at(-1).ts)}`;
  }
  count.setAttribute("aria-expanded", String(openRoot === message.ts));
  return count;
}

function render() {
  const roots = channel.filter((message) => !message.root);
  if (!wasOpened && innerWidth > 1100) {
    const first = roots.find((root) => counted(root.ts).length);
    if (first) {
      wasOpened = true;
      openRoot = first.ts;
    }
  }
  const root = channel.find((message) => message.ts === openRoot);
  if (!root) openRoot = null;
  pane.hidden = !root;
  workspace.classList.toggle("split", Boolean(root));
  show(list, roots, withCount);
  if (!root) return;
  const answers = replies(root.ts);
  show(thread, [root, ...answers], (element) => element);
}

function openThread(root) {
  wasOpened = true;
  openRoot = root;
  thread.replaceChildren();
  render();
  if (root) {
    thread.scrollTop = thread.scrollHeight;
    thread.focus();
  }
}

function closeThread() {
  const root = openRoot;
  openThread(null);
  list.querySelector(`.count[data-root="${CSS.escape(root ?? "")}"]`)?.focus();
}

async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    return said.error || (answer.ok ? null : `error ${answer.status}`);
  } catch {
    return "the demo has ended";
  }
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
  const error = await post("/type", { text: match[1], user: person.value });
  hint.textContent = error ? `/longtask failed: ${error}` : "Sent. Arrow up brings back what was typed.";
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  event.preventDefault();
  back = Math.min(Math.max(0, back + (event.key === "ArrowUp" ? 1 : -1)), typedBefore.length);
  field.value = back ? typedBefore[back - 1] : "";
});

// Resolves to whether the person wants what the button says, which Slack asks first where the button says so.
function confirmed(button) {
  if (!button.dataset.confirm) return true;
  const asked = JSON.parse(button.dataset.confirm);
  const dialog = byId("question");
  for (const part of ["title", "text", "deny", "confirm"]) byId(`question-${part}`).textContent = asked[part];
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "confirm"), { once: true });
  });
}

for (const answer of ["deny", "confirm"]) {
  byId(`question-${answer}`).addEventListener("click", () => byId("question").close(answer));
}

document.addEventListener("click", async (event) => {
  const count = event.target.closest(".count");
  if (count) openThread(count.dataset.root);
  const button = event.target.closest("[data-action]");
  if (!button) return;
  const { ts } = button.closest("article").dataset;
  if (!(await confirmed(button))) return;
  if (button.tagName === "BUTTON") button.disabled = true;
  const error = await post("/click", { ts, action_id: button.dataset.action, user: person.value });
  button.disabled = false;
  if (error) hint.textContent = `${button.textContent} did not work: ${error}`;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openRoot && !byId("question").open) closeThread();
  if (event.key === "/" && !event.target.closest("input")) {
    event.preventDefault();
    field.value = field.value || "/longtask ";
    field.focus();
  }
});

byId("close").addEventListener("click", closeThread);

let events = null;

function take({ people, messages }) {
  if (!person.options.length) {
    for (const each of people) person.add(new Option(`${each.name} (${each.language})`, each.id));
  }
  channel = messages.sort((a, b) => Number(a.ts) - Number(b.ts));
  render();
}

function listen() {
  events?.close();
  events = new EventSource(`/events${person.value ? `?user=${encodeURIComponent(person.value)}` : ""}`);
  events.onmessage = (event) => {
    byId("link").hidden = true;
    take(JSON.parse(event.data));
  };
  events.onerror = () => {
    byId("link").hidden = false;
  };
}

person.addEventListener("change", listen);
take(JSON.parse(byId("first").textContent));
listen();
