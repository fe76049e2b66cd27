// One result of a ranked list.

import { keyMark } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatNumber } from "../lib/format.js";
import { furtherCells } from "../lib/further.js";
import { isRelevant, labelChip, scaleAnswers } from "../lib/labels.js";
import { targetOf } from "../lib/poll.js";
import { labelName } from "../lib/scales.js";
import { exactScore, scoreTools } from "./score_tools.js";

/** @typedef {import("./ranked_lists.js").RankedLists} RankedLists */

const ESTIMATED = "Estimated: the cross-encoder did not score this candidate";

/** A result as a row of a ranked list. */
export class ResultRow {
  /**
   * @param {RankedLists} lists
   * @param {Letter} letter
   * @param {Side} side
   * @param {RankedResult} row
   */
  constructor(lists, letter, side, row) {
    this.lists = lists;
    this.letter = letter;
    this.side = side;
    this.row = row;
    this.labels = h("span.rr-labels", { role: "group", "aria-label": "Label" });
    this.content = h(
      "div.rr-grow",
      h("div.rr-passage", { dir: "auto" }, this.passage()),
      furtherCells(row.further),
      this.scores(),
    );
    const properties = {
      class: `${letter === "a" ? "a" : "b"} ${row.below ? "below" : ""}`,
      "data-index": row.index,
      "data-letter": letter,
      tabindex: -1,
    };
    const rank = h("span.rr-rank", String(row.rank));
    const move = letter === "a" ? null : moveMark(row);
    this.node = h("li.rr-result", properties, rank, this.content, move);
    this.node.addEventListener("focus", () => lists.focus(this));
    this.node.addEventListener("mouseenter", () => lists.light(row.index, true));
    this.node.addEventListener("mouseleave", () => lists.light(row.index, false));
    this.node.addEventListener("click", (event) => this.clicked(event));
    this.drawLabel();
  }

  /** The passage, the query's words in bold; short ones, which are everywhere, are not. */
  passage() {
    const query = this.lists.view.answer?.query ?? "";
    const all = query.toLocaleLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
    const words = new Set(all.filter((word) => word.length > 3));
    const pieces = this.row.passage.split(/([\p{L}\p{N}]+)/u);
    return pieces.map((piece) => (words.has(piece.toLocaleLowerCase()) ? h("b", piece) : piece));
  }

  scores() {
    const { side, row } = this;
    const width = `width:${(100 * barShare(side, row.score)).toFixed(1)}%`;
    const logit = row.logit === null ? null : formatNumber(row.logit, 1);
    const cut = `Longer than the ${side.max_length} tokens that ${side.title} reads: it saw only the beginning`;
    return h(
      "div.rr-scored",
      h("span.rr-bar", { "aria-hidden": "true" }, h("i", { style: width })),
      h(
        "span.rr-score",
        { title: row.estimated ? ESTIMATED : exactScore(side, row) },
        `${row.estimated ? "≈" : ""}${shortScore(side, row.score)}`,
      ),
      logit && h("span.rr-logit.rr-faint", { title: "logit" }, logit),
      this.labels,
      row.cut ? h("span.rr-cut-mark", { title: cut }, "cut") : null,
      row.below ? h("span.rr-below-mark", "below the threshold") : null,
    );
  }

  /** @param {boolean} focused */
  setFocused(focused) {
    this.node.classList.toggle("focus", focused);
    this.drawLabel();
  }

  /** The label; where it can be changed, the answers of the row that has the focus. */
  drawLabel() {
    const { view } = this.lists;
    const chip = labelChip(this.row.label, view.scale);
    if (!view.mayLabel) fill(this.labels, chip);
    else if (this.node.classList.contains("focus")) fill(this.labels, this.answers());
    else {
      const onclick = () => this.node.focus();
      const properties = { type: "button", title: "Change the label", onclick };
      fill(this.labels, h("button.rr-chip-button", properties, chip));
    }
  }

  answers() {
    const { row, lists } = this;
    const { scale } = lists.view;
    return scaleAnswers(scale).map(({ value, key, word }) => {
      const chosen = row.label === value;
      const relevant = isRelevant(value, scale);
      const properties = {
        type: "button",
        class: `${chosen ? "on" : ""} ${relevant ? "pos" : ""}`,
        "aria-pressed": String(chosen),
        "aria-keyshortcuts": key,
        onclick: () => lists.labels.give(row, value),
      };
      const mark = h("i", { class: relevant && "full" });
      const named = scale.kind !== "graded" || labelName(value, scale);
      // A grade without a name is its own key.
      const content = named ? [word, keyMark(key)] : String(value);
      return h("button.rr-give", properties, mark, content);
    });
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    // A click that selects text, or one on a tool, does not open the row.
    if (targetOf(event).closest("button, .rr-why") || String(getSelection())) return;
    const open = this.node.classList.toggle("open");
    this.node.querySelector(".rr-why")?.remove();
    if (open) this.content.append(scoreTools(this.lists, this.side, this.row));
    this.node.focus();
    this.lists.drawCurves();
  }
}

/**
 * @param {Side} side
 * @param {number} score
 */
function shortScore(side, score) {
  return side.measure === "bm25" ? score.toFixed(1) : formatNumber(score, 2);
}

/**
 * How much of its bar a score fills; BM25 has no largest score but that of the list.
 * @param {Side} side
 * @param {number} score
 */
function barShare(side, score) {
  const largest = () => Math.max(...side.rows.map((row) => row.score), 1e-9);
  const share = side.measure === "bm25" ? score / largest() : score;
  return Math.max(0, Math.min(1, share));
}

/** @param {RankedResult} row */
function moveMark({ rank, was, moved }) {
  const word = moved === 0 ? "same" : `${moved > 0 ? "▲" : "▼"} ${Math.abs(moved)}`;
  const hidden = { "aria-hidden": "true" };
  return h(
    "div.rr-move",
    h("span", { class: moved ? "rr-strong" : "rr-faint", ...hidden }, word),
    moved ? h("span.rr-faint", hidden, `was ${was}`) : null,
    h("span.rr-sr", `rank ${rank}, was ${was}`),
  );
}
