// One annotator at one dataset: what is loaded, what is shown, and what the parts share.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { errorSentence } from "../lib/server.js";
import { recall, remember } from "../lib/storage.js";
import { Labelling } from "./labelling.js";
import { Parts } from "./parts.js";
import { Presence } from "./presence.js";
import { PairQueue } from "./queue.js";
import { Reads } from "./reads.js";
import { Review } from "./review.js";
import { Rules } from "./rules.js";
import { Scoring } from "./scoring.js";

/** One annotator at one dataset, with everything that the parts share. */
export class Session {
  /**
   * @param {Widget<AnnotateServer>} context
   */
  constructor({ widget, server, component }) {
    this.widget = widget;
    this.server = server;
    this.errors = h("div.rr-an-errors");
    this.streamNode = h("div.rr-an");
    this.turn = 0; // goes up when what is loading is no longer wanted
    /** @type {StreamOrder} */
    this.order = "unlabelled";
    this.imported = false; // whether pairs that came with a label are offered too
    this.away = 0; // milliseconds in which the current pair was not seen
    this.shownAt = 0;
    this.forget(null);
    this.queue = new PairQueue(this);
    this.labelling = new Labelling(this);
    this.scoring = new Scoring(this);
    this.reads = new Reads(this);
    this.review = new Review(this);
    this.rules = new Rules(this);
    this.presence = new Presence(this, component);
    this.parts = new Parts(this);
  }

  /** @param {string | null} dataset */
  forget(dataset) {
    this.dataset = dataset;
    /** @type {StreamSettings | null} */
    this.loaded = null;
    /** @type {PairToLabel | null} */
    this.current = null;
    /** @type {string} */
    this.note = "";
    /** @type {LabelledPair[]} the newest first */
    this.last = [];
    /** @type {Map<number, number | null>} labels of this session by pair */
    this.own = new Map();
    /** @type {LabellingProgress | null} */
    this.progress = null;
    /** @type {Agreement | null} */
    this.agreement = null;
  }

  /** The rules of the dataset. Only once one is open. */
  get stream() {
    return /** @type {StreamSettings} */ (this.loaded);
  }

  get mayLabel() {
    return !!this.loaded?.may.label;
  }

  get mayReview() {
    return !!this.loaded?.may.decide;
  }

  /** @param {string | undefined | null} name */
  async open(name) {
    this.turn += 1;
    const turn = this.turn;
    const { card } = this.parts;
    this.presence.release();
    this.forget(name || null);
    this.queue.clear();
    this.clearError();
    this.review.leave();
    if (!this.dataset) {
      card.showNoDataset();
      this.parts.draw();
      return;
    }
    card.showLoading();
    try {
      const stream = await this.server.stream({ dataset: this.dataset });
      if (turn !== this.turn) return;
      this.loaded = stream;
    } catch (error) {
      if (turn !== this.turn) return;
      this.parts.draw(); // nothing of the dataset before
      this.parts.drawBeside();
      this.showError("", error, () => this.open(name));
      return;
    }
    this.begin();
  }

  /** The server answers again: a dataset that could not be opened meanwhile is opened. */
  back() {
    if (this.dataset && !this.loaded) this.open(this.dataset);
    else this.reads.refresh();
  }

  begin() {
    this.order = this.stream.order;
    this.imported = this.rememberedImported() ?? !this.stream.has_unlabelled;
    if (!this.mayLabel) {
      this.parts.card.showMayNot();
      this.parts.draw();
      return;
    }
    this.labelling.open(this.stream.user);
    this.parts.card.prepare();
    this.restart();
    this.reads.all();
    this.reads.agreement();
    this.scoring.watch();
    this.review.follow();
  }

  /** Begin the stream again, under its newest rules. */
  restart() {
    this.turn += 1;
    this.current = null;
    this.queue.clear();
    this.parts.card.showLoading();
    this.parts.draw();
    this.queue.fill();
  }

  /**
   * What the annotator chose for this dataset; kept in this browser.
   * @param {{ order?: StreamOrder, imported?: boolean }} changes
   */
  choose(changes) {
    this.order = changes.order ?? this.order;
    this.imported = changes.imported ?? this.imported;
    remember(`rr-annotate:${this.dataset}`, JSON.stringify({ imported: this.imported }));
    this.review.leave();
    this.restart();
    this.reads.progress();
  }

  /** @returns {boolean | undefined} */
  rememberedImported() {
    try {
      return JSON.parse(recall(`rr-annotate:${this.dataset}`) ?? "{}").imported;
    } catch {
      return undefined;
    }
  }

  /** The name of the dataset. Only once one is open. */
  get openDataset() {
    return /** @type {string} */ (this.dataset);
  }

  /**
   * Show the next pair.
   * @param {PairToLabel | null} pair null if there is none
   */
  show(pair) {
    this.current = pair;
    this.note = pair?.note || "";
    this.shownAt = performance.now();
    this.away = 0;
    if (pair) this.parts.card.show(pair);
    else if (this.queue.ended) {
      this.parts.card.showDone();
      this.reads.progress();
    } else this.parts.card.showLoading();
    this.parts.drawBeside();
    this.queue.fill();
  }

  /** Seconds spent on the current pair, to a tenth. */
  seconds() {
    return Math.round((performance.now() - this.shownAt - this.away) / 100) / 10;
  }

  /** Keep the leases of the pairs that are loaded, while somebody reads them. */
  async keepLeases() {
    if (!this.mayLabel || !this.presence.reading) return;
    await this.presence.settled;
    await this.queue.keepLeases();
  }

  /** The annotator reads again. */
  wake() {
    this.keepLeases().catch(() => this.queue.resume());
  }

  /** After pairs were added or removed. */
  pairsChanged() {
    this.parts.rail.forgetQuery();
    if (this.current) this.parts.rail.showQuery(this.current);
    this.queue.resume();
    this.reads.progress();
    emit("changed");
  }

  clearError() {
    fill(this.errors);
  }

  /**
   * @param {string} text what did not work, before the error's own sentence
   * @param {unknown} [error]
   * @param {() => unknown} [again]
   */
  showError(text, error, again) {
    const close = () => {
      this.clearError();
      again?.();
    };
    const act = button(again ? "Try again" : "Close", close, { kind: "small" });
    fill(this.errors, errorBox(`${text}${error ? errorSentence(error) : ""}`, act));
  }
}
