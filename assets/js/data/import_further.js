// The further columns of an import: kept with each pair; which of them are shown beside it.

import { h } from "../lib/dom.js";
import { oneLine, plural } from "../lib/format.js";

/** The choice of further columns to show beside each pair; kept while a file is read again. */
export class FurtherColumns {
  constructor() {
    /** @type {KeptColumn[]} of the newest reading */
    this.columns = [];
    /** @type {Map<string, boolean>} the columns that the user ticked or unticked */
    this.chosen = new Map();
  }

  /** Names of the columns to show; null where there are none to choose from. */
  get shown() {
    if (!this.columns.length) return null;
    return this.columns.filter((one) => this.isShown(one)).map(({ column }) => column);
  }

  /**
   * Numbers of a few values may be labels, which would be seen beside the pair.
   * @param {KeptColumn} one
   */
  isShown({ column, labels }) {
    return this.chosen.get(column) ?? !labels;
  }

  /** @param {KeptColumn[]} columns of the newest reading */
  draw(columns = []) {
    this.columns = columns;
    if (!columns.length) return null;
    const title = `${plural(columns.length, "further column")} kept with each pair`;
    return h(
      "div.rr-further-choice",
      { role: "group", "aria-label": title },
      h("p", h("b", `${title}. `), "Everyone sees the ticked ones beside it; change this later."),
      h(
        "div.rr-further-boxes",
        columns.map((one) => this.box(one)),
      ),
    );
  }

  /** @param {KeptColumn} one */
  box(one) {
    const { column, example } = one;
    const box = h("input", { type: "checkbox", checked: this.isShown(one) });
    box.addEventListener("change", () => this.chosen.set(column, box.checked));
    const sample = example && h("span.rr-faint", ` ${oneLine(example)}`);
    const text = h("span.rr-cut", { dir: "auto", title: example }, h("b", column), sample);
    return h("label.rr-check", box, text);
  }
}
