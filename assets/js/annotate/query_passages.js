// The passages of the current query, each with its label.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { labelChip } from "../lib/labels.js";
import { openAddPairs } from "./adding.js";
import { setLanguage } from "./text.js";

/** @typedef {{ button: HTMLElement, mark: HTMLElement, candidate: QueryCandidate }} Row */

/** The list of the passages of the current query. */
export class QueryPassages {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    /** @type {Map<number, Row>} by pair */
    this.rows = new Map();
    /** @type {string | null} */
    this.query = null;
    this.old = false; // what is drawn stays until there is a newer answer
    this.turn = 0;
    this.labelled = 0;
    this.total = 0;
    this.list = h("div.rr-an-candidates");
    this.count = h("span.rr-muted");
    this.more = button("", () => openAddPairs(session, session.current?.query), {
      kind: "quiet small icon",
      icon: "plus",
      label: "Add passages to this query",
    });
    const head = h("div.rr-card-head", h("h3.rr-grow", "This query"), this.count, this.more);
    this.node = h("section.rr-card.rr-hidden", { "aria-label": "This query" }, head, this.list);
  }

  forget() {
    this.query = null;
    this.rows = new Map();
  }

  /** @param {PairToLabel | null} pair */
  async show(pair) {
    const { session } = this;
    this.node.classList.toggle("rr-hidden", !pair);
    this.more.classList.toggle("rr-hidden", !session.loaded?.may.own);
    if (!pair) {
      this.old = true;
      return;
    }
    if (!this.old && pair.query === this.query && this.rows.has(pair.id)) {
      this.drawRows();
      return;
    }
    if (pair.query !== this.query) {
      this.rows = new Map();
      fill(this.list);
      this.count.textContent = "";
    } else this.drawRows();
    this.query = pair.query;
    this.turn += 1;
    const { turn } = this;
    try {
      const answer = await session.server.candidates({ pair: pair.id });
      if (turn !== this.turn) return;
      this.old = false;
      this.draw(answer);
    } catch {
      // the stream works without them
    }
  }

  /** @param {QueryCandidates} answer */
  draw({ candidates, labelled, total }) {
    this.labelled = labelled;
    this.total = total;
    this.rows = new Map();
    for (const candidate of candidates) this.countUnsent(candidate);
    const rows = candidates.map((candidate) => this.row(candidate));
    const shown = `${formatInt(rows.length)} of ${formatInt(total)} shown, around this one.`;
    fill(this.list, rows, total > rows.length && h("p.rr-faint.rr-an-nothing", shown));
    this.drawRows();
    this.drawCount();
  }

  /**
   * Labels that are still being sent count too.
   * @param {QueryCandidate} candidate
   */
  countUnsent(candidate) {
    const own = this.session.own.get(candidate.id);
    if (own === undefined) return;
    this.labelled += Number(own !== null) - Number(candidate.label !== null);
    candidate.label = own;
    candidate.answered = true;
  }

  /** @param {QueryCandidate} candidate */
  row(candidate) {
    const mark = h("span.rr-an-mark");
    const text = h("span.rr-an-clip", { dir: "auto" }, candidate.passage);
    setLanguage(text, candidate.passage);
    const onclick = () => {
      const { current, queue } = this.session;
      if (current?.id !== candidate.id) queue.take(candidate.id);
    };
    const node = h("button.rr-an-candidate", { type: "button", onclick }, mark, text);
    this.rows.set(candidate.id, { button: node, mark, candidate });
    return node;
  }

  drawRows() {
    for (const row of this.rows.values()) this.drawRow(row);
    this.reveal();
  }

  /** @param {Row} row */
  drawRow({ button: node, mark, candidate }) {
    const now = this.session.current?.id === candidate.id;
    node.classList.toggle("now", now);
    if (now) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
    fill(mark, now ? h("b", "now") : this.chip(candidate));
  }

  /** @param {QueryCandidate} candidate */
  chip({ label, answered, cannot_tell: cannotTell }) {
    const own = cannotTell ? "can't tell" : "skip";
    if (label === null) return h("span.rr-chip.none", answered ? own : "to do");
    return labelChip(label, this.session.stream.scale);
  }

  drawCount() {
    const count = `${formatInt(this.labelled)} of ${formatInt(this.total)} labelled by you`;
    this.count.textContent = this.rows.size ? count : "";
  }

  /** Scroll the list, not the page, to the current passage. */
  reveal() {
    const { list } = this;
    const current = this.session.current && this.rows.get(this.session.current.id);
    if (!current) return;
    const { offsetTop: top, offsetHeight: height } = current.button;
    const below = top + height > list.scrollTop + list.clientHeight;
    if (top < list.scrollTop || below) list.scrollTop = top - 40;
  }

  /**
   * @param {number} pair
   * @param {number | null | undefined} label
   * @param {boolean} cannotTell
   */
  setOwn(pair, label, cannotTell) {
    const row = this.rows.get(pair);
    if (!row) return;
    const { candidate } = row;
    const is = label !== null && label !== undefined;
    this.labelled += Number(is) - Number(candidate.label !== null);
    candidate.label = label ?? null;
    candidate.cannot_tell = Number(cannotTell);
    candidate.answered = label !== undefined;
    this.drawRow(row);
    this.drawCount();
  }
}
