// User text as nodes: its language guessed for fonts and line height, the query's words marked.

import { h } from "../lib/dom.js";

const LONGEST = 20000; // characters that are searched for the query's words
const COMMON = new Set(
  `a an and are as at be by can could did do does for from had has have how i in into is it its
  many me much my no not of on or s should so that the their them then there these they this those
  to was we were what when where which who whom whose why will with would you your`.split(/\s+/),
);
const TALL = new Set(["ja", "ko", "zh", "th", "vi", "ar", "fa", "he"]);
const VIETNAMESE = /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i;

/**
 * The language of a text by its script; "" where it needs no font or line height of its own.
 * @param {string} text
 */
export function guessLanguage(text) {
  const start = text.slice(0, 2000);
  if (/[\u3040-\u30ff]/.test(start)) return "ja";
  if (/[\uac00-\ud7af]/.test(start)) return "ko";
  if (/[\u4e00-\u9fff]/.test(start)) return "zh";
  if (/[\u0e00-\u0e7f]/.test(start)) return "th";
  if (/[\u0600-\u06ff]/.test(start)) return /[پچژگ]/.test(start) ? "fa" : "ar";
  if (/[\u0590-\u05ff]/.test(start)) return "he";
  return VIETNAMESE.test(start) ? "vi" : "";
}

/**
 * Set the language of a text, as guessed from its letters.
 * @param {HTMLElement} node
 * @param {string} text
 */
export function setLanguage(node, text) {
  const language = guessLanguage(text);
  if (language) node.setAttribute("lang", language);
  else node.removeAttribute("lang");
  node.classList.toggle("tall", TALL.has(language));
}

/**
 * An element with a user's text in it.
 * @template {string} Selector
 * @param {Selector} selector
 * @param {string} text
 */
export function textNode(selector, text) {
  const node = h(selector, { dir: "auto" }, text);
  setLanguage(/** @type {HTMLElement} */ (node), text);
  return node;
}

const segmenter = Intl.Segmenter ? new Intl.Segmenter(undefined, { granularity: "word" }) : null;

/**
 * The words of a text and what stands between them.
 * @param {string} text
 * @returns {[part: string, isWord: boolean][]}
 */
function words(text) {
  if (segmenter) {
    return [...segmenter.segment(text)].map((part) => [part.segment, !!part.isWordLike]);
  }
  return text.split(/([\p{L}\p{N}]+)/u).map((part, at) => [part, at % 2 === 1]);
}

/** @param {string} word */
function stem(word) {
  const low = word.toLowerCase();
  const short = low.length > 4 ? low.replace(/(ing|ed|es|s)$/, "") : low;
  return short.replace(/(?<=..)[eiy]$/, "");
}

/**
 * Stems of the words of a query that are worth marking.
 * @param {string} query
 */
function queryStems(query) {
  const contentWords = words(query).filter(([word, isWord]) => {
    const long = word.length > 1 || /[\u0250-\uffff]/.test(word);
    return isWord && long && !COMMON.has(word.toLowerCase());
  });
  return new Set(contentWords.map(([word]) => stem(word)));
}

/**
 * A passage in parts: `marked` where a part is a word of the query.
 * @param {string} passage
 * @param {string} query
 */
export function markedParts(passage, query) {
  const stems = queryStems(query);
  /** @type {{ text: string, marked: boolean }[]} */
  const parts = [];
  let plain = "";
  for (const [word, isWord] of words(passage.slice(0, LONGEST))) {
    if (isWord && stems.has(stem(word))) {
      if (plain) parts.push({ text: plain, marked: false });
      parts.push({ text: word, marked: true });
      plain = "";
    } else plain += word;
  }
  parts.push({ text: plain + passage.slice(LONGEST), marked: false });
  return parts;
}

/**
 * Fill `node` with `passage`, the words of `query` marked.
 * @param {HTMLElement} node
 * @param {string} passage
 * @param {string} query
 */
export function markWords(node, passage, query) {
  const parts = markedParts(passage, query);
  node.replaceChildren(...parts.map(({ text, marked }) => (marked ? h("mark", text) : text)));
}
