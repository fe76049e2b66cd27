// The question: a query, and where its candidates come from.

import { address, setAddress } from "../lib/address.js";
import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { passagesOfJsonLines } from "../lib/passages.js";
import { toast } from "../lib/toast.js";

const LARGEST = 20e6; // bytes of a file of passages
const LONGEST = 1500; // characters of passages that the address holds
const COUNTS = [20, 50, 100, 200, 1000];
const FILE_NOTE = 'Text as above, or JSON Lines of strings or {"passage"}.';
const PASTE_LABEL = "Passages: one per line, or long ones separated by blank lines";
const FILE_TYPES = ".txt,.jsonl,.csv,.tsv,text/plain";

/** The form for a query and its candidates. */
export class AskForm {
  /**
   * @param {import("./view.js").View} view
   * @param {{ rank: () => void, toggleQueries: () => void }} actions
   */
  constructor(view, actions) {
    this.view = view;
    this.actions = actions;
    this.query = h("input.rr-field", {
      type: "text",
      id: "rr-query",
      "aria-label": "Query",
      "aria-keyshortcuts": "/",
      placeholder: "What would someone search for?",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.query.value = address.q || "";
    this.query.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.query.blur();
    });
    this.go = button("Rank", actions.rank, { kind: "primary", key: "Enter" });
    this.go.id = "rr-rank";
    this.go.removeAttribute("aria-keyshortcuts");
    this.sources = h("div.rr-segment", { role: "group", "aria-label": "Candidates" });
    this.sourceList = h("select.rr-select.rr-source-list", { "aria-label": "Candidates" });
    this.sourceList.addEventListener("change", () => {
      this.choose(/** @type {CandidateSource} */ (this.sourceList.value));
    });
    this.k = countChoice(actions.rank);
    this.browse = button("Browse test queries", actions.toggleQueries, { icon: "search" });
    this.browse.setAttribute("aria-expanded", "false");
    this.times = h("div.rr-took", { role: "status" });
    const rows = { rows: 6, id: "rr-passages", spellcheck: "false" };
    this.passages = h("textarea.rr-field", rows);
    this.passages.value = address.p || "";
    this.paste = this.pasteField();
    this.node = this.frame();
  }

  frame() {
    /** @param {SubmitEvent} event */
    const onsubmit = (event) => {
      event.preventDefault();
      this.actions.rank();
    };
    const field = h("div.rr-ask-field", icon("search"), this.query);
    const word = h("span.rr-muted.rr-desk", "Candidates");
    const how = [word, this.sources, this.k, this.browse, h("span.rr-grow"), this.times];
    return h(
      "form.rr-card.rr-ask",
      { role: "search", onsubmit },
      h("div.rr-ask-row", field, this.sourceList, this.go),
      h("div.rr-row.rr-ask-how", how),
      this.paste,
    );
  }

  pasteField() {
    const hidden = { tabindex: "-1", "aria-hidden": "true" };
    const file = h("input.rr-sr", { type: "file", accept: FILE_TYPES, ...hidden });
    file.addEventListener("change", () => {
      const chosen = file.files?.[0];
      if (chosen) this.readFile(chosen);
      file.value = "";
    });
    const pick = () => file.click();
    const open = button("From a file", pick, { kind: "small", icon: "upload" });
    return h(
      "div.rr-paste",
      h("label.rr-label", { for: "rr-passages" }, PASTE_LABEL),
      this.passages,
      h("div.rr-row.rr-paste-foot", open, file, h("span.rr-faint", FILE_NOTE)),
    );
  }

  /** @param {CandidateSource} source */
  sourceWord(source) {
    /** @type {Record<CandidateSource, string>} */
    const words = {
      paste: "paste",
      dataset: `BM25 from ${this.view.dataset}`,
      meaning: "similar by meaning",
      labelled: "a labelled query",
    };
    return words[source];
  }

  draw() {
    const { view } = this;
    /** @type {CandidateSource[]} */
    const all = view.dataset ? ["paste", "dataset", "meaning", "labelled"] : ["paste"];
    const buttons = all.map((source) => {
      const properties = { type: "button", "aria-pressed": String(view.source === source) };
      const onclick = () => this.choose(source);
      return h("button", { ...properties, onclick }, this.sourceWord(source));
    });
    const options = all.map((value) => {
      return h("option", { value }, `Candidates: ${this.sourceWord(value).replace("a ", "")}`);
    });
    fill(this.sources, buttons);
    fill(this.sourceList, options);
    this.sourceList.value = view.source;
    this.paste.hidden = view.source !== "paste";
    this.k.hidden = !view.searches;
    this.k.value = String(view.k);
    this.browse.hidden = !view.dataset;
  }

  /** @param {CandidateSource} source */
  choose(source) {
    setAddress({ from: source });
    this.draw();
    if (source === "paste") this.passages.focus();
    else if (this.query.value.trim() && this.view.answer?.source !== "paste") this.actions.rank();
  }

  /** @param {File} file */
  async readFile(file) {
    if (file.size > LARGEST) {
      toast(`${file.name} is larger than 20 MB. Import it in Data and rank by BM25 instead`);
      return;
    }
    const text = await file.text();
    try {
      this.passages.value = file.name.endsWith(".jsonl") ? passagesOfJsonLines(text) : text;
      this.passages.focus();
    } catch (error) {
      toast(`${file.name}: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** What is asked for; kept in the address. */
  request() {
    const { view } = this;
    const query = this.query.value.trim();
    const passages = view.source === "paste" ? this.passages.value : "";
    const p = passages.length <= LONGEST ? passages : null;
    setAddress({ q: query, a: view.a, b: view.b, c: view.c, from: view.source, p });
    const { models, source, dataset, k, cascade } = view;
    return { models, query, source, dataset, k, passages, cascade };
  }

  clearTimes() {
    fill(this.times);
  }

  /** @param {boolean} open */
  showBrowsing(open) {
    this.browse.setAttribute("aria-expanded", String(open));
    setAddress({ browse: open ? "1" : null });
  }
}

/** @param {() => void} rank */
function countChoice(rank) {
  const options = COUNTS.map((count) => h("option", { value: count }, `top ${formatInt(count)}`));
  const field = h("select.rr-select", { "aria-label": "How many candidates" }, options);
  field.addEventListener("change", () => {
    setAddress({ k: field.value });
    rank();
  });
  return field;
}
