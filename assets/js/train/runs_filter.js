// Which runs the table shows, and in what order.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { gainOf, ndcgOf } from "./run_metrics.js";

/** @typedef {(a: ListedRun, b: ListedRun) => number} Order */

/** @param {number | null} value */
const orLowest = (value) => value ?? Number.NEGATIVE_INFINITY;
/** @param {ListedRun} run */
const result = (run) => orLowest(ndcgOf(run, "combined") ?? ndcgOf(run, "tuned"));

/** @type {Record<string, [word: string, order: Order]>} */
const ORDERS = {
  newest: ["Newest first", (a, b) => b.id - a.id],
  ndcg: ["Highest nDCG@10", (a, b) => result(b) - result(a)],
  gain: ["Largest gain", (a, b) => orLowest(gainOf(b)) - orLowest(gainOf(a))],
  name: ["Name", (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })],
  minutes: ["Longest first", (a, b) => (b.seconds ?? 0) - (a.seconds ?? 0)],
};
/** @type {[RunStatus | "", string][]} */
const STATUSES = [
  ["", "Any status"],
  ["running", "Running"],
  ["queued", "Waiting"],
  ["finished", "Finished"],
  ["stopped", "Stopped"],
  ["failed", "Failed"],
  ["lost", "Stopped unexpectedly"],
  ["cancelled", "Cancelled"],
];

/** The filters and the order of the table of runs. */
export class RunsFilter {
  /** @param {() => unknown} changed */
  constructor(changed) {
    this.archived = false;
    const search = { type: "search", placeholder: "Filter by name or note" };
    this.words = h("input.rr-field.small", { ...search, "aria-label": "Filter runs" });
    this.dataset = h("select.rr-select.small", { "aria-label": "Runs of dataset" });
    this.status = choice("Runs by status", STATUSES);
    /** @type {[string, string][]} */
    const orders = Object.entries(ORDERS).map(([key, [word]]) => [key, word]);
    this.order = choice("Order of runs", orders);
    this.shelf = button("", () => this.toggleArchived(changed), { kind: "small" });
    for (const field of [this.words, this.dataset, this.status, this.order]) {
      field.addEventListener("input", changed);
    }
    this.node = h(
      "div.rr-runs-filter",
      { role: "search" },
      ...[this.words, this.dataset, this.status, this.order, this.shelf],
    );
  }

  /** Whether rows beyond the newest may be among those shown. */
  get active() {
    const { words, dataset, status, order, archived } = this;
    return !!(words.value || dataset.value || status.value || archived || order.value !== "newest");
  }

  get state() {
    const fields = [this.words, this.dataset, this.status, this.order];
    return [...fields.map((field) => field.value), this.archived];
  }

  /** @param {() => unknown} changed */
  toggleArchived(changed) {
    this.archived = !this.archived;
    changed();
  }

  /**
   * @param {ListedRun[]} runs
   * @param {number} archived how many are
   */
  draw(runs, archived) {
    const chosen = this.dataset.value;
    const names = [...new Set([...runs.map(({ dataset }) => dataset), chosen])].filter(Boolean);
    const options = names.sort().map((name) => h("option", { value: name }, name));
    fill(this.dataset, h("option", { value: "" }, "All datasets"), options);
    this.dataset.value = chosen;
    this.shelf.textContent = `Archived ${formatInt(archived)}`;
    this.shelf.setAttribute("aria-pressed", String(this.archived));
    this.shelf.hidden = !archived && !this.archived;
  }

  /** @param {ListedRun[]} runs */
  apply(runs) {
    const words = this.words.value.trim().toLocaleLowerCase().split(/\s+/);
    const [dataset, status] = [this.dataset.value, this.status.value];
    return runs
      .filter((run) => !dataset || run.dataset === dataset)
      .filter((run) => !status || run.status === status)
      .filter((run) => {
        const text = `${run.name} ${run.note} ${run.dataset} ${run.base}`.toLocaleLowerCase();
        return words.every((word) => text.includes(word));
      })
      .sort(ORDERS[this.order.value][1]);
  }
}

/**
 * @param {string} label
 * @param {[value: string, word: string][]} options
 */
function choice(label, options) {
  const words = options.map(([value, word]) => h("option", { value }, word));
  return h("select.rr-select.small", { "aria-label": label }, words);
}
