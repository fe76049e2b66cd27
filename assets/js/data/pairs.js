// A page of 50 pairs: search, filters, selection, edits.

import { address } from "../lib/address.js";
import { button, errorBox, keyMark, skeleton } from "../lib/controls.js";
import { openKeyHelp } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { keyHelp } from "../lib/keys.js";
import { scaleAnswers } from "../lib/labels.js";
import { isTyping, isVisible, targetOf } from "../lib/poll.js";
import { mayPass } from "../lib/server.js";
import { Changes } from "./changes.js";
import { columnChoice, hideColumns, pairsTable } from "./columns.js";
import { openColumns } from "./columns_dialog.js";
import { Filters } from "./filters.js";
import { Matching } from "./matching.js";
import { openPairKeys } from "./pair_keys.js";
import { pairRow } from "./pair_row.js";
import { rights } from "./rights.js";
import { SelectionBar } from "./selection.js";
import { Sorting } from "./sort.js";

const SIZE = 50;

/** The pairs of an opened dataset, one page at a time. */
export class PairsPage {
  /** @param {import("./opened_dataset.js").OpenedDataset} opened */
  constructor(opened) {
    this.opened = opened;
    /** @type {PairPage | null} */
    this.page = null;
    /** @type {PairCursor} */
    this.cursor = { after: null };
    this.first = 1; // the number of the first row
    this.lastRequest = ""; // what the last call asked for
    this.timer = 0;
    /** @type {Set<number>} */
    this.selected = new Set();
    this.matching = new Matching(this);
    this.changes = new Changes(this);
    this.bar = new SelectionBar(this);
    this.filters = new Filters(() => this.begin());
    this.sorting = new Sorting(() => this.begin());
    this.note = h("div");
    this.rows = h("tbody");
    /** @type {HTMLElement | null} */
    this.grid = null;
    this.count = h("span.rr-muted");
    const choose = () => openColumns(opened.name, opened.tab, () => this.load());
    this.columns = button("Further columns", choose, { kind: "small rr-hidden" });
    const previous = () => this.move({ before: this.page?.first, at: this.page?.first_at }, -SIZE);
    const next = () => this.move({ after: this.page?.last, at: this.page?.last_at }, SIZE);
    this.previous = button("Previous", previous, { kind: "small", icon: "left" });
    this.next = button("Next", next, { kind: "small" });
    this.next.append(icon("right"));
    this.all = h("input", { type: "checkbox", "aria-label": "Select all on this page" });
    this.all.addEventListener("change", () => this.selectAll());
    fill(
      opened.panels.pairs,
      h("div.rr-card.rr-pairs", this.tools(), this.matching.node, this.table()),
    );
    this.showMessage(skeleton(8));
  }

  tools() {
    const { search, buttons } = this.filters;
    const field = h("div.rr-search", icon("search"), search, keyMark("/"));
    const shown = [this.columns, columnChoice(() => this.showColumns())];
    const pages = h("span.rr-row.rr-pages", this.previous, this.next);
    const right = [h("span.rr-grow"), this.count, this.sorting.button, shown, pages];
    return h("div.rr-tools", field, buttons, right);
  }

  table() {
    this.grid = pairsTable(this.all, this.rows, this.sorting);
    return this.grid;
  }

  showColumns() {
    if (this.grid) hideColumns(this.grid);
  }

  /** Once the dataset is known. */
  start() {
    this.all.classList.toggle("rr-hidden", !rights.mayChange);
    this.filters.setDataset(this.opened.dataset);
    this.filters.loadChoices(this.opened.tab, this.opened.name).then(({ columns, further }) => {
      this.sorting.further = further;
      this.columns.classList.toggle("rr-hidden", !columns || !rights.mayChange);
    });
    this.begin();
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      if (this.note.isConnected) this.pressed(event);
      else document.removeEventListener("keydown", pressed);
    };
    document.addEventListener("keydown", pressed);
    keyHelp.data = () => (this.isOpen ? openPairKeys(this.answers) : openKeyHelp([]));
  }

  get answers() {
    return scaleAnswers(this.opened.dataset.scale);
  }

  /** The first page. */
  begin() {
    this.matching.forget();
    this.cursor = { after: null };
    this.first = 1;
    return this.load();
  }

  /**
   * @param {PairCursor} cursor
   * @param {number} by
   */
  move(cursor, by) {
    this.cursor = cursor;
    this.first = Math.max(1, this.first + by);
    this.load();
    window.scrollTo({ top: 0 });
  }

  async load() {
    const place = { ...this.filters.values, ...this.sorting.request, ...this.cursor };
    const payload = { dataset: this.opened.name, ...place };
    const request = JSON.stringify(payload);
    this.lastRequest = request;
    try {
      const page = await this.opened.tab.server.page_of_pairs(payload);
      if (this.lastRequest !== request) return;
      this.page = page;
      if (!page.more_before) this.first = 1;
      this.showIndexing(page.not_searched);
    } catch (error) {
      if (mayPass(error) && this.page) {
        this.opened.tab.report(error);
        return;
      }
      this.showMessage(
        errorBox(
          error,
          button("Try again", () => this.load()),
        ),
      );
      return;
    }
    this.draw();
    this.matching.count();
  }

  /** @param {number} missing pairs that the search does not know yet */
  showIndexing(missing) {
    clearTimeout(this.timer);
    const text = `Preparing the search: ${plural(missing, "pair")} to go.`;
    fill(this.note, missing ? h("p.rr-note.rr-preparing", { role: "status" }, text) : null);
    if (missing) {
      this.timer = window.setTimeout(() => this.note.isConnected && this.load(), 1500);
    }
  }

  draw() {
    const page = this.page;
    if (!page) return;
    const count = page.pairs.length;
    this.drawCount();
    this.previous.disabled = !page.more_before;
    this.next.disabled = !page.more_after;
    this.all.checked = count > 0 && page.pairs.every((pair) => this.selected.has(pair.id));
    if (count)
      fill(
        this.rows,
        page.pairs.map((pair) => pairRow(this, pair)),
      );
    else this.showMessage(this.emptySentence(page));
    this.bar.draw();
  }

  /** `1–50 of 58`; how many pairs pass the filters is asked for beside the page. */
  drawCount() {
    const count = this.page?.pairs.length ?? 0;
    const last = this.first + count - 1;
    const range = count ? `${formatInt(this.first)}–${formatInt(last)}` : "";
    const total = this.filters.isFree() ? formatInt(this.opened.dataset.pairs) : this.matching.word;
    this.count.textContent = range && total ? `${range} of ${total}` : range;
  }

  /** @param {PairPage} page */
  emptySentence(page) {
    if (page.not_searched) return "Nothing found yet; still searching.";
    if (this.filters.isFree()) return "This dataset has no pairs.";
    return "No pairs match. Change the search or remove a filter.";
  }

  /** @param {Child} content in the place of the rows */
  showMessage(content) {
    fill(this.rows, h("tr", h("td.rr-muted", { colspan: 9 }, content)));
  }

  selectAll() {
    for (const pair of this.page?.pairs ?? []) {
      if (this.all.checked) this.selected.add(pair.id);
      else this.selected.delete(pair.id);
    }
    this.draw();
    this.matching.offer();
  }

  clearSelection() {
    this.selected.clear();
    this.matching.offer();
    this.draw();
  }

  /**
   * @param {string} finding
   * @param {string} text
   */
  filterByFinding(finding, text) {
    this.filters.setFinding(finding, text);
    this.begin();
  }

  /** Whether the pairs are what is shown. */
  get isOpen() {
    const shown = isVisible(this.opened.tiles) && address.open === this.opened.name;
    return shown && (address.view || "pairs") === "pairs";
  }

  /** @param {KeyboardEvent} event anywhere on the page */
  pressed(event) {
    if (!this.isOpen) return;
    const target = targetOf(event);
    const undoes = (event.ctrlKey || event.metaKey) && event.key === "z";
    const free = !isTyping(event);
    if (undoes && !target.closest("input,textarea") && this.changes.canUndo) {
      event.preventDefault();
      this.changes.undo();
    } else if (free && event.key === "/") {
      event.preventDefault();
      this.filters.search.focus();
    } else if ((free || target === this.all) && this.selected.size && !target.closest("tbody tr")) {
      const answer = this.answers.find(({ key }) => key === event.key);
      if (answer) this.changes.setLabel([...this.selected], answer.value);
    }
  }
}
