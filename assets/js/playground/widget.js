// The Playground: one query, its candidates, up to three rankers. What is asked for is kept in the
// address (a, b, c, q, from, k, p, cascade, browse), so that a link opens the same view; passages that are
// too long for that are packed behind its #, which the server never sees.

import { address, setAddress } from "../lib/address.js";
import { errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { listen } from "../lib/events.js";
import { isTyping, isVisible } from "../lib/poll.js";
import { drawDemo } from "./demo.js";
import { EmbeddingWait } from "./embedding.js";
import { showFailure } from "./failure.js";
import { openKeys } from "./key_help.js";
import { copyLink, keepPassages, passagesOfLink } from "./links.js";
import { QueryPicker } from "./queries.js";
import { AskForm } from "./query_form.js";
import { RankedLists } from "./ranked_lists.js";
import { drawStart } from "./start.js";
import { showTimes } from "./times.js";
import { View } from "./view.js";

const LOADING = "Ranking. The first time a model is used it is loaded, which takes a few seconds.";

/**
 * Draw the Playground.
 * @param {Widget<PlaygroundServer>} context
 */
export function drawWidget({ widget, server }) {
  new Playground(widget, server).start();
}

/** The part of the address that says what is ranked. */
function askedFor() {
  const { dataset, q, a, b, c, from } = address;
  return JSON.stringify([dataset, q, a, b, c, from]);
}

/** The Playground: its form, its ranked lists, and its list of test queries. */
export class Playground {
  /**
   * @param {HTMLElement} widget
   * @param {PlaygroundServer} server
   */
  constructor(widget, server) {
    this.widget = widget;
    this.server = server;
    this.view = new View();
    this.body = h("div.rr-play-body");
    this.intro = h("div.rr-play-intro");
    this.form = new AskForm(this.view, {
      rank: () => this.rank(),
      toggleQueries: () => this.picker.toggle(),
    });
    this.picker = new QueryPicker(this.view, server, {
      open: (query) => this.openQuery(query),
      toggled: (open) => this.form.showBrowsing(open),
    });
    this.embedding = new EmbeddingWait(this.view, server);
    this.lists = new RankedLists(this.view, server, {
      swap: (letter, name) => this.swap(letter, name),
      share: () => copyLink(this.view),
      again: () => this.rank(),
    });
    this.failed = false; // to open or to rank: tried again once the server answers
    /** The passages that came with a link. @type {Promise<void> | null} */
    this.linked = null;
    this.rankedFor = ""; // what was ranked last, as the address says it; "" before anything was
    // "" until the header knows which one: its first dataset does not count as a change.
    this.dataset = this.view.dataset;
  }

  start() {
    const { widget, form, picker, body } = this;
    fill(widget, h("h1.rr-sr", "Playground"), this.intro, form.node, picker.node, body);
    document.addEventListener("keydown", (event) => this.pressed(event));
    listen("dataset", () => this.datasetChanged());
    listen("runs", () => this.runsChanged());
    listen("tab", (tab) => tab === "playground" && this.opened());
    listen("back", () => this.back());
    this.linked = passagesOfLink((text) => {
      form.passages.value = text;
    });
    this.open();
  }

  async open() {
    this.form.draw();
    try {
      await Promise.all([this.readRankers(), this.linked]);
      if (address.browse && this.view.dataset) this.picker.toggle(true);
      const hasCandidates = this.dataset || address.p || address.from === "paste";
      if (!address.q || !hasCandidates) {
        await this.draw();
        return;
      }
      await this.rank();
    } catch (error) {
      fill(this.body, errorBox(error));
      this.failed = true;
    }
  }

  /** The server answers again. */
  back() {
    if (this.failed) this.open();
    else this.runsChanged();
    this.failed = false;
  }

  async readRankers() {
    const dataset = this.view.dataset || null;
    const { a, b, rankers, role, demo } = await this.server.rankers({ dataset });
    Object.assign(this.view, { rankers, defaults: { a, b }, role, demo });
    drawDemo(this.intro, demo, (query, labelled) => {
      this.openQuery(query, labelled ? "labelled" : "dataset");
    });
  }

  async runsChanged() {
    try {
      await this.readRankers();
      if (this.rankedFor) this.lists.redrawHeads();
      else await this.draw();
    } catch {
      // read again with the next change
    }
  }

  async datasetChanged() {
    const { view, form } = this;
    const first = !this.dataset;
    this.dataset = view.dataset;
    form.clearTimes();
    this.picker.reset();
    if (!first || !address.q) this.forget();
    await this.readRankers().catch(() => {}); // those to begin with are the dataset's
    if (!address.q) {
      this.draw();
      return;
    }
    form.draw();
    await this.linked;
    this.rank();
  }

  /** What was asked of another dataset; rankers that were chosen stay. */
  forget() {
    const { view, form } = this;
    const { a, b } = view.defaults;
    if (address.a === a) setAddress({ a: null });
    if (address.b === b) setAddress({ b: null });
    if (view.source !== "paste") {
      form.query.value = "";
      setAddress({ q: null });
    }
    view.answer = null;
    this.rankedFor = "";
    this.lists.clear();
  }

  /** The tab was opened: another part of the page may have asked for something else. */
  opened() {
    if (this.rankedFor === askedFor() || !address.q) return;
    this.form.query.value = address.q;
    this.picker.toggle(false);
    this.open();
  }

  /**
   * @param {string} query
   * @param {CandidateSource} [from]
   */
  openQuery(query, from = "labelled") {
    this.form.query.value = query;
    setAddress({ from });
    this.form.draw();
    this.picker.toggle(false);
    this.rank();
    this.form.query.scrollIntoView({ block: "nearest" });
  }

  /**
   * Put another ranker in the place of one.
   * @param {Letter} letter
   * @param {string | null} name
   */
  swap(letter, name) {
    setAddress({ [letter]: name });
    if (this.rankedFor) this.rank();
    else this.draw();
  }

  async rank() {
    const { view, form, lists, body } = this;
    const request = form.request();
    keepPassages(request.passages);
    this.rankedFor = askedFor();
    this.failed = false;
    view.turn += 1;
    const { turn } = view;
    form.go.disabled = true;
    form.clearTimes();
    const current = () => turn === view.turn;
    let waiting = 0;
    try {
      if (view.source === "meaning") await this.embedding.ready(body, current);
      if (!current()) return;
      waiting = window.setTimeout(() => current() && lists.wait(body, LOADING), 300);
      const answer = await this.server.compare(request);
      if (!current()) return;
      view.answer = answer;
      showTimes(form.times, answer);
      lists.draw(body);
    } catch (error) {
      if (current()) showFailure(this, error);
    } finally {
      clearTimeout(waiting);
      if (current()) form.go.disabled = false;
    }
  }

  async draw() {
    this.form.draw();
    if (this.view.answer) this.lists.draw(this.body);
    else await drawStart(this.body, this.view, this.lists, this.picker);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (!isVisible(this.widget) || isTyping(event)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      event.preventDefault();
      this.form.query.focus();
      this.form.query.select();
    } else if (event.key === "?") openKeys(this.view);
    else this.lists.pressed(event);
  }
}
