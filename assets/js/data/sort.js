// The order of the pairs: of the import, or by a column chosen at its heading or in a menu.

import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { menuButton } from "../lib/menu.js";

/** @type {[column: string, word: string][]} */
const COLUMNS = [
  ["query", "Query"],
  ["passage", "Passage"],
  ["label", "Label"],
  ["split", "Split"],
  ["source", "Source"],
  ["updated", "Updated"],
];

/** The order of the table of pairs. */
export class Sorting {
  /** @param {() => unknown} changed */
  constructor(changed) {
    this.changed = changed;
    this.column = ""; // "" for the order of the import
    this.descending = false;
    /** @type {string[]} names of further columns */
    this.further = [];
    /** @type {Map<string, HTMLElement>} headings by column */
    this.heads = new Map();
    const kind = "small rr-filter rr-sort-menu";
    this.button = menuButton("", () => this.entries(), { kind });
    this.draw();
  }

  /** What is asked of the server. */
  get request() {
    return this.column ? { sort: this.column, descending: this.descending } : {};
  }

  /**
   * Upwards, then downwards, then in the order of the import again.
   * @param {string} column
   */
  choose(column) {
    const same = column === this.column;
    this.column = same && this.descending ? "" : column;
    this.descending = same && !this.descending;
    this.draw();
    this.changed();
  }

  /**
   * A heading that sorts.
   * @param {string} column
   * @param {string} word
   * @param {string} classes
   */
  head(column, word, classes) {
    const sort = h("button.rr-sort", { type: "button", onclick: () => this.choose(column) }, word);
    const cell = h("th", { class: classes, scope: "col" }, sort);
    this.heads.set(column, cell);
    return cell;
  }

  entries() {
    const further = this.further.map((name) => [`further:${name}`, name]);
    const entries = [["", "Order of import"], ...COLUMNS, ...further].map(([column, text]) => ({
      text,
      icon: column === this.column ? this.mark : undefined,
      act: () => this.choose(column),
    }));
    return entries;
  }

  get mark() {
    if (!this.column) return /** @type {const} */ ("check");
    return this.descending ? /** @type {const} */ ("down") : /** @type {const} */ ("up");
  }

  draw() {
    const name = this.column.replace(/^further:/, "");
    const word = COLUMNS.find(([column]) => column === this.column)?.[1] ?? name;
    this.button.classList.toggle("on", !!this.column);
    const text = h("span.rr-cut", word ? `Sort: ${word}` : "Sort");
    fill(this.button, text, icon(this.column ? this.mark : "down"));
    const direction = this.descending ? "descending" : "ascending";
    for (const [column, cell] of this.heads) {
      const sorted = column === this.column;
      cell.ariaSort = sorted ? direction : "none";
      cell.querySelector("svg")?.remove();
      if (sorted) cell.firstElementChild?.append(icon(this.mark));
    }
  }
}
