// The card: query, passage, the question and its answers; on a phone the answers are a dock.

import { linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { furtherCells } from "../lib/further.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { drawAnswers } from "./answers.js";
import { PairNote } from "./pair_note.js";
import { doneState, MAY_NOT, noDataset, UNREACHABLE } from "./stream_states.js";
import { markWords, setLanguage } from "./text.js";
import { drawTools } from "./tools.js";

const BLIND = "Blind: imported labels, labels of others and scores of runs are hidden.";

/** The card of the pair that is being labelled. */
export class PairCard {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.query = h("h2.rr-an-query", { dir: "auto" });
    const label = { dir: "auto", tabindex: "0", role: "group", "aria-label": "Passage" };
    this.passage = h("div.rr-an-passage", label);
    for (const text of [this.query, this.passage]) {
      text.addEventListener("scroll", () => this.fade(), { passive: true });
    }
    this.source = h("span.rr-grow");
    this.all = linkButton("", () => this.toggleAll());
    this.further = h("div");
    this.others = h("div.rr-an-others"); // what others think, where the owner shows it
    this.question = h("div.rr-an-question");
    this.answers = h("div.rr-an-answers", { role: "group" });
    this.note = new PairNote(session);
    this.lastLine = h("div.rr-an-lastline");
    this.announcer = h("div.rr-sr", { "aria-live": "polite" });
    this.node = h("article.rr-card.rr-an-card", { "aria-label": "Pair to label" });
    /** @type {Map<number, HTMLButtonElement>} by value */
    this.buttons = new Map();
    this.pair = this.pairParts();
    this.showsPair = false;
    this.announcement = ""; // what the last key did, for screen readers
  }

  pairParts() {
    const part = (/** @type {string} */ word, /** @type {Child[]} */ ...content) =>
      h("div.rr-an-part", h("div.rr-an-label", word), content);
    const passage = part(
      "Passage",
      this.passage,
      this.further,
      this.others,
      h("div.rr-an-source", this.source, this.all),
    );
    passage.classList.add("body");
    const tools = drawTools(this.session);
    const { lastLine, note, question, answers } = this;
    const dock = h("div.rr-an-dock", lastLine, note.node, question, answers, tools);
    return [part("Query", this.query), passage, dock, this.announcer];
  }

  /** Draw the question and the answers of the dataset. */
  prepare() {
    const { session } = this;
    const { scale } = session.stream;
    this.question.textContent = session.stream.question;
    this.answers.setAttribute("aria-label", `Label: ${session.stream.question}`);
    this.answers.classList.toggle("many", scaleAnswers(scale).length > 5);
    this.answers.classList.toggle("graded", scale.kind === "graded");
    this.buttons = drawAnswers(scale, (value) => session.labelling.give(value));
    fill(this.answers, [...this.buttons.values()]);
  }

  /** @param {PairToLabel} pair */
  show(pair) {
    if (!this.showsPair) this.showFrame(true, this.pair);
    this.query.textContent = pair.query;
    setLanguage(this.query, pair.query);
    setLanguage(this.passage, pair.passage);
    markWords(this.passage, pair.passage, pair.query);
    this.query.scrollTop = this.passage.scrollTop = 0;
    this.query.classList.remove("cut");
    this.passage.classList.remove("open", "cut");
    this.all.classList.add("rr-hidden");
    const line = pair.line && `line ${formatInt(pair.line)}`;
    this.source.textContent = [pair.source, line].filter(Boolean).join(", ");
    fill(this.further, furtherCells(pair.further));
    this.drawOthers(pair.opinions);
    this.note.draw();
    const text = `Query: ${pair.query}. Passage: ${pair.passage.slice(0, 600)}`;
    this.announcer.textContent = `${this.announcement}${text}`;
    this.announcement = "";
  }

  /**
   * @param {boolean} isPair
   * @param {Child[]} content
   */
  showFrame(isPair, ...content) {
    this.showsPair = isPair;
    fill(this.node, content);
    this.node.classList.toggle("empty", !isPair);
  }

  showLoading() {
    this.showFrame(false, skeleton(6));
  }

  showUnreachable() {
    this.showFrame(false, UNREACHABLE());
  }

  showNoDataset() {
    this.showFrame(false, noDataset());
  }

  showMayNot() {
    this.showFrame(false, MAY_NOT());
  }

  showDone() {
    this.showFrame(false, doneState(this.session));
  }

  /** A very long passage is collapsed; measured once it is painted. */
  measure() {
    const { passage, all, session } = this;
    const open = passage.classList.contains("open");
    const long = open || passage.scrollHeight > passage.clientHeight + 4;
    all.classList.toggle("rr-hidden", !long || !session.current);
    const count = formatInt(session.current?.passage.length);
    all.textContent = open ? "Collapse passage" : `Show all ${count} characters`;
    all.setAttribute("aria-expanded", String(open));
    this.fade();
  }

  toggleAll() {
    const open = this.passage.classList.toggle("open");
    this.measure();
    if (!open) this.node.scrollIntoView({ block: "nearest" });
  }

  /** Fade the end of a text of which there is more. */
  fade() {
    for (const text of [this.query, this.passage]) {
      const { scrollTop, clientHeight, scrollHeight } = text;
      text.classList.toggle("cut", scrollTop + clientHeight < scrollHeight - 4);
    }
  }

  /** @param {boolean} back */
  page(back) {
    this.passage.scrollBy({ top: (back ? -0.9 : 0.9) * this.passage.clientHeight });
  }

  /** @param {PairToLabel["opinions"]} others */
  drawOthers(others) {
    const { scale, blind } = this.session.stream;
    if (!others) {
      fill(this.others, blind && h("span.rr-faint", BLIND));
      return;
    }
    const { imported, votes, score } = others;
    fill(
      this.others,
      imported !== null && h("span.rr-row", "Imported label", labelChip(imported, scale)),
      votes.map(({ annotator, label }) =>
        h("span.rr-row", h("span", annotator), labelChip(label, scale)),
      ),
      score && h("span.rr-row", score.run, h("b", score.score.toFixed(2))),
    );
  }

  /** On a phone: the last label. */
  drawLast() {
    const row = this.session.last[0];
    if (!row) {
      fill(this.lastLine);
      return;
    }
    const skipped = row.label === null;
    const none = row.cannot_tell ? "can't tell" : "skipped";
    const chip = skipped ? skippedChip(none) : labelChip(row.label, this.session.stream.scale);
    const passage = h("span.rr-cut.rr-muted", { dir: "auto" }, row.passage);
    fill(this.lastLine, h("span.rr-muted", "Last"), chip, passage);
  }

  /**
   * @param {number | null} label that was just given
   * @param {boolean} cannotTell
   */
  flash(label, cannotTell) {
    const answers = scaleAnswers(this.session.stream.scale);
    const word = answers.find(({ value }) => value === label)?.word ?? label;
    const none = cannotTell ? "Answered: can't tell. " : "Skipped. ";
    this.announcement = label === null ? none : `Labelled ${word}. `;
    const button = label === null ? undefined : this.buttons.get(label);
    if (!button) return;
    button.classList.add("chosen");
    setTimeout(() => button.classList.remove("chosen"), 120);
  }

  editNote() {
    if (this.session.current) this.note.edit();
  }
}

/**
 * A chip in the place of a label, for a pair that was skipped.
 * @param {string} word
 */
function skippedChip(word) {
  return h("span.rr-chip.none", word);
}
