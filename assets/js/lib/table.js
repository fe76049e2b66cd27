// Tables of the page.

import { h } from "./dom.js";

/**
 * The row of headings: each a word, or a word and classes; a word that starts with "!" is for
 * screen readers only.
 * @param {(string | [word: string, classes: string])[]} headings
 * @param {string} [classes] of the `thead`
 */
export function tableHead(headings, classes = "") {
  const cells = headings.map((heading) => {
    const [word, kind] = typeof heading === "string" ? [heading, ""] : heading;
    const content = word.startsWith("!") ? h("span.rr-sr", word.slice(1)) : word;
    return h("th", { scope: "col", class: kind }, content);
  });
  return h("thead", { class: classes }, h("tr", cells));
}

/**
 * A table with a row of headings.
 * @param {string} classes
 * @param {(string | [word: string, classes: string])[]} headings
 * @param {Child} rows
 */
export function table(classes, headings, rows) {
  return h("table", { class: classes }, tableHead(headings), h("tbody", rows));
}
