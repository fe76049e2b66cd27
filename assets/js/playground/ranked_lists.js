// Ranked lists side by side, the curves between them, and labels given to results. A third ranker
// takes turns with the second in the list on the right.

import { skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { scaleAnswers } from "../lib/labels.js";
import { drawCurves } from "./curves.js";
import { ResultLabels } from "./result_labels.js";
import { ResultRow } from "./result_row.js";
import { resultsFoot } from "./results_foot.js";
import { changeMark, headOf, listNotices, listTabs, slot } from "./side_head.js";

/**
 * @typedef {object} ListActions
 * @property {(letter: Letter, name: string | null) => void} swap another ranker
 * @property {() => void} share copy a link
 * @property {() => void} again rank again
 */

const FIRST = 10; // rows
const WIDE = 1700; // pixels of a window that has room for three lists

/** Two or three ranked lists side by side. */
export class RankedLists {
  /**
   * @param {import("./view.js").View} view
   * @param {PlaygroundServer} server
   * @param {ListActions} actions
   */
  constructor(view, server, actions) {
    this.view = view;
    this.server = server;
    this.actions = actions;
    this.labels = new ResultLabels(this);
    this.shown = FIRST; // rows of each list
    /** @type {Letter} the list that a phone shows */
    this.front = "b";
    /** @type {Letter} which of B and C is on the right */
    this.right = "b";
    /** @type {HTMLElement | null} what the lists are drawn into */
    this.body = null;
    /** @type {HTMLElement | null} the heads, where nothing is ranked */
    this.bare = null;
    /** Where somebody writes the id of a model. @type {Map<Letter, HTMLInputElement>} */
    this.idFields = new Map();
    this.drawnThree = false;
    this.clear();
    window.addEventListener("resize", () => {
      if (this.frame && this.drawnThree !== this.three) this.redraw();
      else this.drawCurves();
    });
  }

  clear() {
    /** @type {HTMLElement | null} null while no lists are shown */
    this.frame = null;
    /** @type {ResultRow[]} */
    this.rows = [];
    /** @type {ResultRow | null} */
    this.focused = null;
  }

  /**
   * The ranker of a letter; undefined before the first answer.
   * @param {Letter} letter
   * @returns {Side | undefined}
   */
  sideOf(letter) {
    return this.view.answer?.sides["abc".indexOf(letter)];
  }

  /** Whether all three lists stand side by side. */
  get three() {
    return !!this.view.c && window.innerWidth >= WIDE;
  }

  get onRight() {
    return this.view.c && !this.three ? this.right : "b";
  }

  /**
   * Show a third ranker on the right, or none.
   * @param {string | null} name
   */
  setThird(name) {
    this.right = name ? "c" : "b";
    this.front = this.right;
    this.actions.swap("c", name);
  }

  /** @param {Letter} letter B or C */
  showOnRight(letter) {
    this.right = letter;
    if (this.front !== "a") this.front = letter;
    this.redraw();
  }

  /** @param {Letter} letter the list that a phone shows */
  showInFront(letter) {
    this.front = letter;
    if (letter !== "a") this.right = letter;
    this.redraw();
  }

  /** The heads alone, where nothing is ranked. */
  heads() {
    const card = (/** @type {Letter} */ letter) =>
      h("div.rr-card", slot(letter, headOf(this, letter)));
    this.bare = h("div.rr-sides.rr-bare", card("a"), h("div"), card(this.onRight));
    return this.bare;
  }

  redraw() {
    if (this.body) this.draw(this.body);
  }

  /** @param {HTMLElement} body */
  draw(body) {
    const { view } = this;
    this.body = body;
    this.clear();
    if (!view.c) {
      this.right = "b";
      if (this.front === "c") this.front = "b";
    }
    const front = this.front === "a" ? "a" : "b";
    const gap = h("div.rr-gap-side", slot("gap", changeMark(this)), h("div.rr-gap"));
    this.drawnThree = this.three;
    const kind = { class: this.three && "three" };
    const third = this.three ? this.list("c") : null;
    const sides = h("div.rr-sides", kind, this.list("a"), gap, this.list(this.onRight), third);
    this.frame = h(
      "div.rr-lists",
      { "data-front": front },
      listNotices(this),
      slot("tabs", listTabs(this)),
      sides,
      resultsFoot(this),
    );
    fill(body, this.frame);
    const first = this.rows.find((row) => row.letter !== "a");
    if (first) first.node.tabIndex = 0;
    this.drawCurves();
    new ResizeObserver(() => this.drawCurves()).observe(sides);
  }

  /** @param {Letter} letter */
  list(letter) {
    const side = /** @type {Side} */ (this.sideOf(letter));
    const rows = side.rows
      .slice(0, this.shown)
      .map((row) => new ResultRow(this, letter, side, row));
    this.rows.push(...rows);
    const nodes = rows.map(({ node }) => node);
    const label = { "aria-label": `Ranked by ${side.title}` };
    return h(
      "div.rr-card.rr-side",
      { class: letter === "a" ? "a" : "b" },
      slot(letter, headOf(this, letter)),
      h("ol.rr-results", label, nodes),
    );
  }

  /** The heads, after metrics or rankers changed; the rows stay. */
  redrawHeads() {
    /** @type {Record<string, () => Child>} */
    const parts = {
      a: () => headOf(this, "a"),
      b: () => headOf(this, "b"),
      c: () => headOf(this, "c"),
      gap: () => changeMark(this),
      tabs: () => listTabs(this),
    };
    for (const node of (this.frame ?? this.bare)?.querySelectorAll(".rr-slot") ?? []) {
      const name = node instanceof HTMLElement && node.dataset.slot;
      if (name) fill(node, parts[name]());
    }
  }

  /** The foot, after results were sent to Annotate. */
  redrawFoot() {
    const old = this.frame?.querySelector(".rr-results-foot");
    if (!old) return;
    const focused = old.contains(document.activeElement);
    const next = resultsFoot(this);
    old.replaceWith(next);
    const send = focused && next.querySelector(".rr-send");
    if (send instanceof HTMLElement) send.focus();
  }

  showMore() {
    this.shown += this.shown < 50 ? 40 : 100;
    this.redraw();
  }

  /**
   * @param {HTMLElement} body
   * @param {string} text
   */
  wait(body, text) {
    this.clear();
    const note = h("p.rr-faint.rr-wait", { role: "status" }, text);
    fill(body, this.heads(), h("div.rr-card", note, skeleton(8)));
  }

  drawCurves() {
    if (this.frame) drawCurves(this, this.frame);
  }

  /** @param {ResultRow} row */
  focus(row) {
    this.focused?.setFocused(false);
    this.focused = row;
    this.frame?.querySelector("path.lit")?.classList.remove("lit");
    for (const other of this.rows) other.node.classList.remove("lit");
    row.setFocused(true);
    this.light(row.row.index, true);
  }

  /**
   * Light a passage up in both lists, and its curve.
   * @param {number} index
   * @param {boolean} on
   */
  light(index, on) {
    const lit = on || this.focused?.row.index === index;
    for (const row of this.rows) {
      if (row.row.index === index) row.node.classList.toggle("lit", lit);
    }
    this.frame?.querySelector(`path[data-index="${index}"]`)?.classList.toggle("lit", lit);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (!this.frame || !this.view.answer) return;
    const wide = window.innerWidth > 640;
    const letter = this.focused?.letter || (wide ? this.onRight : this.front);
    const rows = this.rows.filter((row) => row.letter === letter);
    const at = this.focused ? rows.indexOf(this.focused) : -1;
    const step = { j: 1, k: -1 }[event.key];
    const current = rows[at];
    const answers = this.view.mayLabel && !event.repeat ? scaleAnswers(this.view.scale) : [];
    const answer = answers.find(({ key }) => key === event.key);
    if (step) rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))]?.node.focus();
    else if (event.key === "Enter" && current && document.activeElement === current.node) {
      current.node.click();
    } else if (answer && current) this.labels.give(current.row, answer.value);
    else return;
    event.preventDefault();
  }
}
