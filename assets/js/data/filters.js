// The search field and the filters over the pairs of a dataset.

import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { scaleAnswers } from "../lib/labels.js";
import { setOpensMenu, withMenu } from "../lib/menu.js";
import { labelWord } from "../lib/scales.js";

/** @typedef {"split" | "label" | "annotator" | "source" | "finding"} FilterKey */
/** @typedef {[value: string, text: string]} Choice */

/** @param {string} name */
const same = (name) => /** @type {Choice} */ ([name, name]);
const SEARCH = "Search queries and passages";

/** The search field and the filters of the table of pairs. */
export class Filters {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Record<FilterKey, string | null> & { search: string }} */
    this.values = free();
    let timer = 0;
    const properties = { type: "search", placeholder: SEARCH, "aria-label": SEARCH };
    this.search = h("input.rr-field", properties);
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => this.set({ search: this.search.value }), 200);
    });
    this.filters = {
      split: new Filter(this, "split", "Split"),
      label: new Filter(this, "label", "Label"),
      annotator: new Filter(this, "annotator", "Annotator"),
      source: new Filter(this, "source", "Source"),
      finding: new Filter(this, "finding", "Finding"),
    };
    this.filters.split.choices = ["train", "dev", "test"].map(same);
    this.filters.finding.hidden = true;
    this.draw();
  }

  get buttons() {
    return Object.values(this.filters).map(({ button }) => button);
  }

  isFree() {
    return Object.values(this.values).every((value) => !value);
  }

  draw() {
    for (const filter of Object.values(this.filters)) filter.draw();
  }

  /** @param {Partial<Filters["values"]>} values */
  set(values) {
    Object.assign(this.values, values);
    this.changed();
  }

  /**
   * Only the pairs behind a finding.
   * @param {string} finding
   * @param {string} text
   */
  setFinding(finding, text) {
    Object.assign(this.values, free(), { finding });
    this.search.value = "";
    this.filters.finding.text = text;
    this.draw();
  }

  /** @param {Dataset} dataset */
  setDataset({ scale }) {
    const labels = scaleAnswers(scale).map(({ value, word }) => {
      const text = scale.kind === "binary" ? `${value}, ${word.toLowerCase()}` : "";
      const graded = labelWord(value, scale);
      return /** @type {Choice} */ ([String(value), text || graded]);
    });
    this.filters.label.choices = [...labels, ...["none", "disputed", "left out"].map(same)];
  }

  /**
   * Annotators and sources; a filter with nothing to choose is hidden. Returns the number of
   * further columns, and the names of those that pairs can be sorted by.
   * @param {DataTab} tab
   * @param {string} dataset
   */
  async loadChoices({ server, report }, dataset) {
    const { annotator, source } = this.filters;
    annotator.offer([], 1);
    source.offer([], 2);
    try {
      const { annotators, sources, columns, further } = await server.filter_choices({ dataset });
      annotator.offer(annotators, 1);
      source.offer(sources, 2);
      return { columns, further };
    } catch (error) {
      report(error);
      return { columns: 0, further: [] };
    }
  }
}

/** @returns {Filters["values"]} */
function free() {
  return { search: "", split: null, label: null, annotator: null, source: null, finding: null };
}

class Filter {
  /**
   * @param {Filters} filters
   * @param {FilterKey} key
   * @param {string} word
   */
  constructor(filters, key, word) {
    this.filters = filters;
    this.key = key;
    this.word = word;
    /** @type {Choice[]} */
    this.choices = [];
    this.hidden = false; // unless it is set
    /** @type {string | null} what it says in the place of its value */
    this.text = null;
    const entries = () =>
      this.choices.map(([value, text]) => ({ text, act: () => this.set(value) }));
    this.button = h("button", { type: "button" });
    withMenu(this.button, entries, () => this.set(null));
  }

  /**
   * @param {string[]} names
   * @param {number} least fewer are not worth a filter
   */
  offer(names, least) {
    this.choices = names.map(same);
    this.hidden = names.length < least;
    this.draw();
  }

  /** @param {string | null} value */
  set(value) {
    this.text = null;
    this.filters.set({ [this.key]: value });
    this.draw();
  }

  draw() {
    const value = this.filters.values[this.key];
    const unset = this.hidden ? "rr-hidden" : "";
    const text = this.text || value || "";
    this.button.className = `rr-button small rr-filter ${value ? "on" : unset}`;
    const word = h("span.rr-cut", value ? `${this.word}: ${text}` : this.word);
    fill(this.button, word, icon(value ? "cross" : "down"));
    this.button.title = value ? text : "";
    setOpensMenu(this.button, !value);
  }
}
