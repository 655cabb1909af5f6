// Says to screen readers what is new: a new message whole, of an edited one the lines that changed.

import { lines } from "./messages.js";

const REST = 500; // milliseconds in which several edits become one

const region = document.getElementById("news");
let heard = new Map();
let shown = [];
let timer = null;

function say() {
  timer = null;
  const news = [];
  for (const element of shown) {
    const said = lines(element);
    const before = heard.get(element.dataset.ts);
    const fresh = before ? said.filter((line) => !before.has(line)) : said;
    heard.set(element.dataset.ts, new Set(said));
    if (!fresh.length) continue;
    const paragraph = document.createElement("p");
    paragraph.lang = element.querySelector(".content").lang;
    const author = before ? null : element.querySelector(".author");
    paragraph.textContent = [...(author ? [author.textContent] : []), ...fresh].join(" ");
    news.push(paragraph);
  }
  if (news.length) region.replaceChildren(...news);
}

// `articles`: what is on the screen now, each with its `data-ts`; `silent`: because the reader has turned to them.
export function hear(articles, silent) {
  shown = articles;
  if (silent) {
    heard = new Map(articles.map((each) => [each.dataset.ts, new Set(lines(each))]));
    region.replaceChildren();
  } else timer ??= setTimeout(say, REST);
}
