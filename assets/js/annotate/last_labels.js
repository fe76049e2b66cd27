// Below the stream: the last labels, each of which can be changed.

import { keyMark } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo } from "../lib/format.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { withMenu } from "../lib/menu.js";
import { tableHead } from "../lib/table.js";

const COLUMNS = ["Label", "Query", "Passage", "When", "Undo"];

/** The list of the last labels. */
export class LastLabels {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.rows = h("tbody");
    /** @type {[cell: HTMLElement, at: number][]} */
    this.times = [];
    const widths = ["chip", "desk", "", "when", "undo"].map((kind) => h("col", { class: kind }));
    this.table = h("table.rr-table.rr-an-table", h("colgroup", widths));
    this.table.append(tableHead(COLUMNS, "rr-sr"), this.rows);
    const note = h("span.rr-muted", "press a label to change it");
    this.node = h(
      "section.rr-an-last.rr-hidden",
      h("div.rr-section", h("h2", "Your last labels"), note),
      h("div.rr-card", this.table),
    );
  }

  draw() {
    const { last, review } = this.session;
    this.node.classList.toggle("rr-hidden", !last.length || !!review.section);
    this.table.classList.toggle("named", !!this.session.loaded?.scale.names?.length);
    this.times = [];
    fill(
      this.rows,
      last.map((row, at) => this.row(row, at === 0)),
    );
  }

  drawTimes() {
    for (const [cell, at] of this.times) cell.textContent = formatAgo(at);
  }

  /**
   * @param {LabelledPair} row
   * @param {boolean} newest
   */
  row(row, newest) {
    const when = h("td.rr-num.rr-muted", formatAgo(row.at));
    this.times.push([when, row.at]);
    const onclick = () => this.session.labelling.undo();
    const properties = { type: "button", "aria-keyshortcuts": "u", onclick };
    const undo = newest && h("button.rr-link", properties, "Undo ", keyMark("u"));
    return h(
      "tr",
      h("td", this.chip(row)),
      h("td.rr-muted.desk", { dir: "auto" }, row.query),
      h("td", { dir: "auto" }, row.passage),
      when,
      h("td.rr-num", undo),
    );
  }

  /** @param {LabelledPair} row */
  chip(row) {
    const { scale } = this.session.stream;
    const skipped = row.label === null;
    const none = row.cannot_tell ? "can't tell" : "skip";
    const properties = { type: "button", title: "Change the label" };
    const mark = skipped ? h("span.rr-chip.none", none) : labelChip(row.label, scale);
    return withMenu(h("button.rr-an-chip", properties, mark), () => this.entries(row));
  }

  /** @param {LabelledPair} row */
  entries(row) {
    const mark = (/** @type {boolean} */ chosen) =>
      chosen ? /** @type {const} */ ("check") : undefined;
    const { label, cannot_tell: cannotTell } = row;
    const answers = scaleAnswers(this.session.stream.scale).map(({ value, key, word }) => ({
      text: word,
      more: key,
      icon: mark(label === value),
      act: () => this.give(row, value),
    }));
    const none = label === null;
    return [
      ...answers,
      {
        text: "Can't tell",
        more: "c",
        icon: mark(none && !!cannotTell),
        act: () => this.give(row, null, true),
      },
      { text: "No label", icon: mark(none && !cannotTell), act: () => this.give(row, null) },
    ];
  }

  /**
   * @param {LabelledPair} row
   * @param {number | null} label
   * @param {boolean} [cannotTell]
   */
  give(row, label, cannotTell = false) {
    const answer = { ...row, cannot_tell: Number(cannotTell) };
    this.session.labelling.change(answer, label, row.note);
    // It is the first row from now on.
    const focus = () => {
      const first = this.rows.querySelector(".rr-an-chip");
      if (first instanceof HTMLElement) first.focus();
    };
    requestAnimationFrame(() => setTimeout(focus, 0));
  }
}
