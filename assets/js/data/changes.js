// Changes of pairs: each is one call, shown at once, with an undo.

import { emit } from "../lib/events.js";
import { plural } from "../lib/format.js";
import { labelWord } from "../lib/scales.js";
import { toast } from "../lib/toast.js";
import { undoneSentence } from "./history.js";

/** Changes pairs: shown at once, each with an undo. */
export class Changes {
  /** @param {import("./pairs.js").PairsPage} page */
  constructor(page) {
    this.page = page;
    /** @type {number[]} edits that can be undone, the newest last */
    this.edits = [];
  }

  get canUndo() {
    return this.edits.length > 0;
  }

  get opened() {
    return this.page.opened;
  }

  /**
   * @param {() => Promise<Edit>} act
   * @param {(edit: Edit) => string} sentence for the toast
   * @param {string} [focus] selects what gets the focus, in a row
   * @returns {Promise<Edit | null>} null if it failed, which is reported here
   */
  async run(act, sentence, focus) {
    try {
      const edit = await act();
      if (edit.edit !== null) this.edits.push(edit.edit);
      toast(sentence(edit), edit.edit === null ? undefined : () => this.undo());
      await this.opened.changed();
      emit("changed");
      if (focus) this.focus(focus);
      return edit;
    } catch (error) {
      this.opened.tab.report(error);
      return null;
    }
  }

  /** @param {string} selector */
  focus(selector) {
    const target = this.page.rows.querySelector(selector);
    if (target instanceof HTMLElement) target.focus();
  }

  /**
   * @param {number} id of a pair
   * @param {TextKey} key
   */
  focusText(id, key) {
    this.focus(textOf(id, key));
  }

  async undo() {
    const edit = this.edits.pop();
    if (edit === undefined) return;
    try {
      toast(undoneSentence(await this.opened.tab.server.undo({ edit })));
      await this.opened.changed();
      emit("changed");
    } catch (error) {
      this.opened.tab.report(error);
    }
  }

  /**
   * @param {number[]} ids
   * @param {number | null} label null leaves the pairs out of training
   */
  setLabel(ids, label) {
    const { tab, name } = this.opened;
    const sentence = (/** @type {Edit} */ edit) => {
      const pairs = plural(edit.pairs, "pair");
      if (label === null) return `${pairs} left out of training`;
      return `Label set to ${labelWord(label, this.opened.dataset.scale)} on ${pairs}`;
    };
    const chip = `tr[data-id="${ids[0]}"] .rr-chip-button`;
    return this.run(() => tab.server.set_label({ dataset: name, ids, label }), sentence, chip);
  }

  /**
   * @param {number[]} ids
   * @param {Split} split
   */
  moveSplit(ids, split) {
    const { tab, name } = this.opened;
    const sentence = (/** @type {Edit} */ edit) =>
      `${plural(edit.pairs, "pair")} moved to ${split}, including all pairs of the same queries`;
    return this.run(() => tab.server.move_split({ dataset: name, ids, split }), sentence);
  }

  /**
   * Pairs whose label is known, to see how reliable annotators are.
   * @param {number[]} ids
   * @param {boolean} gold
   */
  async markGold(ids, gold) {
    const { tab, name } = this.opened;
    try {
      const done = await tab.server.mark_gold({ dataset: name, ids, gold_pair: gold });
      const left =
        gold && done.unlabelled ? `; ${plural(done.unlabelled, "pair")} without a label` : "";
      toast(`${plural(done.pairs, "pair")} ${gold ? "marked as gold" : "no longer gold"}${left}`);
    } catch (error) {
      tab.report(error);
    }
  }

  /** @param {number[]} ids */
  deletePairs(ids) {
    const { tab, name } = this.opened;
    const sentence = (/** @type {Edit} */ edit) => `${plural(edit.pairs, "pair")} deleted`;
    return this.run(() => tab.server.delete_pairs({ dataset: name, ids }), sentence);
  }

  /**
   * @param {number} id
   * @param {TextKey} key
   * @param {string} text
   * @param {{ labels: "keep" | "remove", whole_query: boolean }} change
   */
  editText(id, key, text, change) {
    const { tab, name } = this.opened;
    const sentence = (/** @type {Edit} */ edit) => {
      if (edit.edit === null) return "Nothing changed";
      return `Changed the ${key} of ${plural(edit.pairs, "pair")}; ${keptLabels(edit.pairs, change.labels)}`;
    };
    const payload = { dataset: name, id, [key]: text, ...change };
    return this.run(() => tab.server.edit_text(payload), sentence, textOf(id, key));
  }
}

/**
 * The cell of a text.
 * @param {number} id of a pair
 * @param {TextKey} key
 */
function textOf(id, key) {
  return `tr[data-id="${id}"] td.${key}`;
}

/**
 * @param {number} pairs
 * @param {"keep" | "remove"} labels
 */
function keptLabels(pairs, labels) {
  const [label, stay, was] =
    pairs === 1 ? ["the label", "stays", "was"] : ["their labels", "stay", "were"];
  return labels === "keep" ? `${label} ${stay}` : `${label} ${was} removed`;
}
