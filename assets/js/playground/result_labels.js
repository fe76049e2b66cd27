// Labels given to results, and results sent to Annotate.

import { emit } from "../lib/events.js";
import { formatInt, plural } from "../lib/format.js";
import { errorSentence, newId } from "../lib/server.js";
import { toast } from "../lib/toast.js";

const MOST = 10; // passages that are sent at once
const SEALED = " They are in the test split, so they wait where test pairs are offered.";

/** Labels results, and sends results to Annotate. */
export class ResultLabels {
  /** @param {import("./ranked_lists.js").RankedLists} lists */
  constructor(lists) {
    this.lists = lists;
  }

  get server() {
    return this.lists.server;
  }

  /**
   * @param {RankedResult} row
   * @param {number} label
   */
  async give(row, label) {
    const { view, focused } = this.lists;
    const answer = /** @type {ShownComparison} */ (view.answer);
    const { dataset, query } = labelled(answer);
    // The score of the list that the user reads.
    const read = focused?.side.rows.find(({ index }) => index === row.index) ?? row;
    const before = row.label;
    this.set(answer, row.index, label);
    try {
      const { passage } = row;
      const change = { dataset, query, passage, label, score: read.score, client_id: newId() };
      const done = await this.server.label_result(change);
      this.set(answer, row.index, done.label);
      emit("changed");
      toast(`Labelled ${label} in ${dataset}`, () => this.undo(answer, row.index, done.pair_id));
    } catch (error) {
      this.set(answer, row.index, before);
      toast(errorSentence(error));
    }
  }

  /**
   * @param {ShownComparison} answer
   * @param {number} index
   * @param {number} pair
   */
  async undo(answer, index, pair) {
    const { dataset, query } = labelled(answer);
    try {
      const change = { dataset, query, pair_id: pair, client_id: newId() };
      const { label } = await this.server.undo_result(change);
      this.set(answer, index, label);
      emit("changed");
    } catch (error) {
      toast(errorSentence(error));
    }
  }

  /**
   * Show a label at once in all lists, then the metrics that it changes.
   * @param {ShownComparison} answer
   * @param {number} index of the passage
   * @param {RankedResult["label"]} label
   */
  async set(answer, index, label) {
    for (const side of answer.sides) {
      for (const row of side.rows) if (row.index === index) row.label = label;
    }
    for (const row of this.lists.rows) if (row.row.index === index) row.drawLabel();
    this.lists.drawCurves();
    const byIndex = (/** @type {RankedResult[]} */ rows) =>
      [...rows].sort((a, b) => a.index - b.index);
    const labels = byIndex(answer.sides[0].rows).map((row) => row.label);
    const grades = labels.map((grade) => (grade === "disputed" ? null : grade));
    const scores = answer.sides.map((side) =>
      byIndex(side.rows).map((row) => row.logit ?? row.score),
    );
    const metrics = await this.server.score_again({ grades, scores, scale: answer.scale });
    if (answer !== this.lists.view.answer) return;
    answer.sides.forEach((side, at) => {
      side.metrics = metrics[at];
    });
    this.lists.redrawHeads();
  }

  /** The best passages of the list on the right that nobody has judged. */
  unjudged() {
    const side = this.lists.sideOf(this.lists.onRight);
    const sent = this.lists.view.answer?.sent;
    const free = side?.rows.filter((row) => row.label === null && !sent?.has(row.passage)) ?? [];
    return free.slice(0, MOST);
  }

  /** Make them pairs that wait for labels. */
  async send() {
    const answer = /** @type {ShownComparison} */ (this.lists.view.answer);
    const { dataset, query } = labelled(answer);
    const passages = this.unjudged().map((row) => row.passage);
    try {
      const done = await this.server.send_to_annotate({ dataset, query, passages });
      emit("changed");
      answer.sent = new Set([...(answer.sent || []), ...passages]);
      if (answer === this.lists.view.answer) this.lists.redrawFoot();
      const count = plural(passages.length, "passage waits", "passages wait");
      const sealed = done.split === "test" ? SEALED : "";
      toast(`${count} in Annotate, ${formatInt(done.new)} new to ${dataset}.${sealed}`);
    } catch (error) {
      toast(errorSentence(error));
    }
  }
}

/**
 * The query of a comparison, and the dataset that takes its labels.
 * @param {ShownComparison} answer
 */
function labelled({ dataset, query }) {
  return { dataset: dataset ?? "", query };
}
