// The confusion matrix: which labels are given to the same pairs.

import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { labelChip } from "../lib/labels.js";

const OF_ONE = "Columns: labels of others for the same pair. The diagonal is agreement.";
const OF_ALL =
  "Columns: labels of another annotator for the same pair; each combination of two labels is counted once. The diagonal is agreement.";

/** The confusion matrix of all annotators, or of one. */
export class ConfusionMatrix {
  /** @param {Scale} scale */
  constructor(scale) {
    this.scale = scale;
    this.annotator = ""; // kept while new figures come; "" for everyone
  }

  /** @param {Confusion} confusion */
  section(confusion) {
    const names = Object.keys(confusion.annotators);
    const options = names.map((name) => h("option", { value: name }, name));
    const label = { "aria-label": "Whose labels" };
    const choice = h("select.rr-select", label, h("option", { value: "" }, "Everyone"), options);
    choice.value = names.includes(this.annotator) ? this.annotator : "";
    const table = h("div.rr-an-matrix");
    this.draw(table, confusion);
    choice.addEventListener("change", () => {
      this.annotator = choice.value;
      this.draw(table, confusion);
    });
    const title = h("h2.rr-grow", "Confusion matrix");
    return h(
      "section",
      h("div.rr-section.rr-an-sectionrow", title, choice),
      h("div.rr-card.rr-card-body", table),
    );
  }

  /**
   * @param {HTMLElement} node
   * @param {Confusion} confusion
   */
  draw(node, { labels, everyone, annotators }) {
    const own = annotators[this.annotator];
    const counts = own ?? everyone;
    const largest = Math.max(1, ...counts.flat());
    const cell = (
      /** @type {number} */ count,
      /** @type {number} */ i,
      /** @type {number} */ j,
    ) => {
      const properties = { class: i === j && "same", style: `--share:${count / largest}` };
      return h("td.rr-num", properties, !own && i > j ? "" : formatInt(count));
    };
    const corner = h("span.rr-cut", own ? this.annotator : "One annotator");
    const heads = labels.map((label) => h("th", { scope: "col" }, labelChip(label, this.scale)));
    const rows = counts.map((row, i) => {
      const head = h("th", { scope: "row" }, labelChip(labels[i], this.scale));
      const cells = row.map((count, j) => cell(count, i, j));
      return h("tr", head, cells);
    });
    const head = h("thead", h("tr", h("th", { scope: "col" }, corner), heads));
    fill(node, h("table", head, h("tbody", rows)), h("p.rr-faint", own ? OF_ONE : OF_ALL));
  }
}
