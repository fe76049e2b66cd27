// Adding pairs by hand: a query with passages that are written, or found in the dataset by BM25.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { splitPassages } from "../lib/passages.js";
import { toast } from "../lib/toast.js";
import { markWords, setLanguage } from "./text.js";

const FOUND = "Unjudged passages of the dataset, best by BM25";
const WRITTEN = "Or write passages: one per line, or separated by blank lines";

/**
 * Open the dialog that adds pairs by hand.
 * @param {import("./session.js").Session} session
 * @param {string} [query]
 */
export function openAddPairs(session, query = "") {
  new AddPairs(session, query);
}

class AddPairs {
  /**
   * @param {import("./session.js").Session} session
   * @param {string} query
   */
  constructor(session, query) {
    this.session = session;
    this.dataset = session.openDataset;
    this.turn = 0;
    /** @type {Set<string>} */
    this.chosen = new Set();
    this.query = h("input.rr-field.rr-an-wide", { dir: "auto", maxlength: 2000 });
    this.query.value = query;
    this.texts = h("textarea.rr-field.rr-an-wide", { rows: 4, dir: "auto" });
    this.results = h("div.rr-an-found");
    this.errors = h("div", { role: "alert" });
    this.go = button("Add pairs", () => this.add(), { kind: "primary", disabled: true });
    this.followFields();
    const cancel = button("Cancel", () => this.dialog.close(), { kind: "quiet" });
    const note = h("span.rr-faint", "They join the split of their query and wait for labels.");
    this.dialog = openDialog(
      "Add pairs",
      "wide",
      h("label", h("span.rr-label", "Query"), this.query),
      h("div.rr-label.rr-an-gap", FOUND),
      this.results,
      h("label", h("span.rr-label.rr-an-gap", WRITTEN), this.texts),
      this.errors,
      h("div.rr-row.rr-an-foot", this.go, cancel, note),
    );
    this.find();
    if (!query) this.query.focus();
  }

  followFields() {
    let timer = 0;
    this.query.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => this.find(), 400);
      this.count();
    });
    this.texts.addEventListener("input", () => this.count());
  }

  get passages() {
    return [...new Set([...this.chosen, ...splitPassages(this.texts.value)])];
  }

  count() {
    const count = this.passages.length;
    this.go.textContent = count ? `Add ${plural(count, "pair")}` : "Add pairs";
    this.go.disabled = !count || !this.query.value.trim();
  }

  /** Look for passages that nobody has judged for this query. */
  async find() {
    this.turn += 1;
    const { turn } = this;
    const query = this.query.value.trim();
    this.chosen.clear();
    this.count();
    if (!query) {
      fill(this.results, h("p.rr-muted", "Write the query first."));
      return;
    }
    fill(this.results, skeleton(3));
    try {
      const answer = await this.session.server.unjudged({ dataset: this.dataset, query });
      if (turn === this.turn) fill(this.results, this.foundList(answer));
    } catch (error) {
      if (turn === this.turn) fill(this.results, errorBox(error));
    }
  }

  /** @param {Unjudged} answer */
  foundList({ passages, paired }) {
    const count = plural(paired, "passage is", "passages are");
    const note = paired ? `${count} already paired with this query.` : "";
    if (!passages.length) {
      const none = "No other passage of the dataset shares a word with this query.";
      return h("p.rr-muted", `${none} ${note}`);
    }
    const lines = passages.map(({ passage, score }) => this.foundLine(passage, score));
    return [h("ul", lines), note ? h("p.rr-faint", note) : null];
  }

  /**
   * @param {string} passage
   * @param {number} score
   */
  foundLine(passage, score) {
    const box = h("input", { type: "checkbox" });
    const text = h("span.rr-an-clip.rr-grow", { dir: "auto" });
    markWords(text, passage.slice(0, 600), this.query.value);
    setLanguage(text, passage);
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(passage);
      else this.chosen.delete(passage);
      this.count();
    });
    const value = h("span.rr-muted", { title: "BM25" }, score.toFixed(1));
    return h("li", h("label.rr-an-option", box, text, value));
  }

  async add() {
    this.go.disabled = true;
    fill(this.errors);
    const query = this.query.value.trim();
    try {
      const { server } = this.session;
      const added = await server.add_pairs({
        dataset: this.dataset,
        query,
        passages: this.passages,
      });
      this.dialog.close();
      this.showAdded(added);
    } catch (error) {
      fill(this.errors, errorBox(error));
      this.count();
    }
  }

  /** @param {{ pairs: number[], split: Split, existing: number }} added */
  showAdded({ pairs, split, existing }) {
    if (!pairs.length) {
      toast("These pairs are already in the dataset");
      return;
    }
    const already = existing ? `; ${formatInt(existing)} were already there` : "";
    const text = `${plural(pairs.length, "pair")} added to ${split}${already}`;
    toast(text, () => this.remove(pairs));
    this.session.pairsChanged();
  }

  /** @param {number[]} pairs */
  async remove(pairs) {
    try {
      await this.session.server.remove_pairs({ dataset: this.dataset, pairs });
      this.session.pairsChanged();
    } catch (error) {
      this.session.showError("", error);
    }
  }
}
