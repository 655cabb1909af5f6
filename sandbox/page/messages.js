// Builds messages, and shows a list of them, touching only what differs.

import { localize, timeText } from "./times.js";

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "path", "polyline", "text"]);
const NEAR_END = 80; // pixels

export function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

// A node as the server sends it: text, or tag, attributes, children.
export function build(node) {
  if (typeof node === "string") return document.createTextNode(node);
  const [tag, attributes, ...children] = node;
  const element = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map(build));
  return element;
}

// `shortcuts`: whether there are some for messages.
export function article(message, reader, shortcuts) {
  const element = make("article", message.private ? "message private" : "message");
  element.dataset.ts = message.ts;
  const moment = new Date(Number(message.ts) * 1000);
  const face = make("div", message.app ? "face" : "face person", message.author[0].toUpperCase());
  face.setAttribute("aria-hidden", "true");
  const line = make("p", "line");
  line.append(make("span", "author", message.author));
  if (message.app) line.append(make("span", "app", "APP"));
  const at = make("time", "at", timeText(moment, reader));
  at.dateTime = moment.toISOString();
  line.append(at);
  if (message.edited) line.append(make("span", "edited", "(edited)"));
  const content = make("div", "content");
  content.lang = message.lang;
  content.append(...message.content.map(build));
  localize(content, reader);
  const body = make("div");
  body.append(line, content);
  if (message.private) element.append(make("p", "only", "Only visible to you"));
  element.append(face, body);
  if (shortcuts && !message.private) {
    const more = make("button", "more", "⋯");
    more.type = "button";
    more.setAttribute("aria-haspopup", "menu");
    more.setAttribute("aria-label", `More actions: ${message.author}, ${at.textContent}`);
    element.append(more);
  }
  return element;
}

// The lines that a message says, for those who hear it.
export function lines(element) {
  const parts = element.querySelectorAll(".section, .context > div, figcaption, .file");
  return [...parts].flatMap((part) => part.textContent.split("\n")).filter(Boolean);
}

// Makes `shown` like `wanted`; what stays keeps its focus and selection.
export function morph(shown, wanted) {
  if (shown.isEqualNode(wanted)) return;
  if (shown.nodeName !== wanted.nodeName) return shown.replaceWith(wanted);
  if (shown.nodeType === Node.TEXT_NODE) {
    shown.data = wanted.data;
    return;
  }
  for (const { name } of [...shown.attributes]) if (!wanted.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  const fresh = [...wanted.childNodes];
  [...shown.childNodes].slice(fresh.length).forEach((surplus) => surplus.remove());
  fresh.forEach((child, place) => {
    if (place < shown.childNodes.length) morph(shown.childNodes[place], child);
    else shown.append(child);
  });
}

function flash(element) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  element.animate([{ backgroundColor: "var(--changed)" }, {}], 1200);
}

// Shows `articles` in `box`: known ones are changed in place, so that no focus is lost.
export function show(box, articles) {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
  const focused = box.contains(document.activeElement);
  const wanted = new Set(articles.map((each) => each.dataset.ts));
  for (const each of [...box.children]) if (!wanted.has(each.dataset.ts)) each.remove();
  const known = new Map([...box.children].map((each) => [each.dataset.ts, each]));
  articles.forEach((fresh, place) => {
    const shown = known.get(fresh.dataset.ts);
    if (!shown) return box.insertBefore(fresh, box.children[place] ?? null);
    if (shown.isEqualNode(fresh)) return;
    if (!shown.querySelector(".content").isEqualNode(fresh.querySelector(".content"))) flash(shown);
    morph(shown, fresh);
  });
  if (focused && !box.contains(document.activeElement)) box.focus();
  if (atEnd) box.scrollTop = box.scrollHeight;
}
