// User text as nodes: its language guessed for fonts and line height, the query's words marked.

import { h } from "../lib/dom.js";

export const guessLanguage = (text) => {
  const start = text.slice(0, 2000);
  if (/[\u3040-\u30ff]/.test(start)) return "ja";
  if (/[\uac00-\ud7af]/.test(start)) return "ko";
  if (/[\u4e00-\u9fff]/.test(start)) return "zh";
  if (/[\u0e00-\u0e7f]/.test(start)) return "th";
  if (/[\u0600-\u06ff]/.test(start)) return /[پچژگ]/.test(start) ? "fa" : "ar";
  if (/[\u0590-\u05ff]/.test(start)) return "he";
  if (/[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/i.test(start)) return "vi";
  return "";
};

export const TALL = new Set(["ja", "ko", "zh", "th", "vi", "ar", "fa", "he"]);

export const setLanguage = (node, text) => {
  const language = guessLanguage(text);
  if (language) node.setAttribute("lang", language);
  else node.removeAttribute("lang");
  node.classList.toggle("tall", TALL.has(language));
};

const LONGEST = 20000; // characters that are searched for the query's words
const COMMON = new Set(
  "a an and are as at be by can could did do does for from had has have how i in into is it its many me much my no not of on or s should so that the their them then there these they this those to was we were what when where which who whom whose why will with would you your".split(
    " ",
  ),
);
const segmenter =
  typeof Intl !== "undefined" && Intl.Segmenter
    ? new Intl.Segmenter(undefined, { granularity: "word" })
    : null;
const words = (text) => {
  if (segmenter) return [...segmenter.segment(text)].map((part) => [part.segment, part.isWordLike]);
  return text.split(/([\p{L}\p{N}]+)/u).map((part, at) => [part, at % 2 === 1]);
};
const stem = (word) => {
  const low = word.toLowerCase();
  return (low.length > 4 ? low.replace(/(ing|ed|es|s)$/, "") : low).replace(/(?<=..)[eiy]$/, "");
};
const asks = (query) =>
  new Set(
    words(query)
      .filter(
        ([word, is]) =>
          is &&
          !COMMON.has(word.toLowerCase()) &&
          (word.length > 1 || /[\u0250-\uffff]/.test(word)),
      )
      .map(([word]) => stem(word)),
  );
// Fills `node` with `passage`; words of `query` stand in <mark>.
export const markWords = (node, passage, query) => {
  const wanted = asks(query),
    parts = [];
  let plain = "";
  for (const [word, is] of words(passage.slice(0, LONGEST))) {
    if (!is || !wanted.has(stem(word))) {
      plain += word;
      continue;
    }
    if (plain) parts.push(plain);
    plain = "";
    parts.push(h("mark", {}, word));
  }
  parts.push(plain + passage.slice(LONGEST));
  node.replaceChildren(...parts);
};
