// Editing the text of a query or a passage in its cell.

import { button, keyMark } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";

/**
 * Edit a text in its cell.
 * @param {import("./pairs.js").PairsPage} page
 * @param {HTMLElement} cell
 * @param {Pair} pair
 * @param {TextKey} key
 * @param {() => void} [saved]
 */
export function openTextEditor(page, cell, pair, key, saved) {
  if (!cell.classList.contains("editing")) new TextEditor(page, cell, pair, key, saved).draw();
}

class TextEditor {
  /**
   * @param {import("./pairs.js").PairsPage} page
   * @param {HTMLElement} cell
   * @param {Pair} pair
   * @param {TextKey} key
   * @param {() => void} [saved]
   */
  constructor(page, cell, pair, key, saved) {
    this.saved = saved;
    this.page = page;
    this.cell = cell;
    this.pair = pair;
    this.key = key;
    this.content = [...cell.childNodes]; // the text, and further columns below it
    const rows = Math.min(8, 1 + Math.ceil(pair[key].length / 60));
    const label = key === "query" ? "Query" : "Passage";
    this.field = h("textarea.rr-field", { dir: "auto", rows, "aria-label": label });
    this.field.value = pair[key];
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    // A query is changed in all of its pairs, unless this is unticked.
    this.all = key === "query" ? h("input", { type: "checkbox", checked: true }) : null;
    cell.classList.add("editing");
  }

  draw() {
    const { field, all } = this;
    const foot = h(
      "div.rr-row",
      button("Save", () => this.ask(), { kind: "primary small" }),
      button("Cancel", () => this.close(), { kind: "quiet small" }),
      h("span.rr-grow"),
      keyHint(),
    );
    fill(this.cell, field, all && h("label.rr-row", all, "In all pairs of this query"), foot);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.ask();
    }
  }

  close() {
    this.cell.classList.remove("editing");
    fill(this.cell, this.content);
    this.cell.focus();
  }

  /** Whether the pairs have no label to keep or to remove. */
  get isUnlabelled() {
    return this.pair.state === "unlabelled" && !this.all?.checked;
  }

  /** A correction keeps label and annotations; another meaning needs new ones. */
  ask() {
    if (this.field.value.trim() === this.pair[this.key]) {
      this.close();
      return;
    }
    if (this.isUnlabelled) {
      this.save("keep");
      return;
    }
    const back = () => this.draw();
    const keep = button("Correction: keep the label", () => this.save("keep"), {
      kind: "primary small",
    });
    const remove = button("New meaning: remove the label", () => this.save("remove"), {
      kind: "small",
    });
    const question = "Is this a correction, or does the text mean something else now?";
    const choice = h(
      "div.rr-text-choice",
      { role: "group", "aria-label": "What did you change?" },
      h("p", question),
      h("div.rr-row", keep, remove, button("Back", back, { kind: "quiet small" })),
    );
    choice.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") back();
    });
    fill(this.cell, h("div.rr-text-edited", { dir: "auto" }, this.field.value), choice);
    keep.focus();
  }

  /** What is refused stays as it was typed. @param {"keep" | "remove"} labels */
  async save(labels) {
    const { pair, key, field, page } = this;
    const change = { labels, whole_query: !!this.all?.checked };
    if (await page.changes.editText(pair.id, key, field.value, change)) this.saved?.();
  }
}

function keyHint() {
  const keys = [keyMark("Ctrl"), " ", keyMark("Enter"), " to save, ", keyMark("Esc"), " to cancel"];
  return h("span.rr-faint.rr-desk", keys);
}
