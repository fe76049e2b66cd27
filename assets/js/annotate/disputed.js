// Review: disputed pairs, every vote beside the pair, and one key that decides.

import { goTo } from "../lib/address.js";
import { button, emptyState, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { plural } from "../lib/format.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { toast } from "../lib/toast.js";
import { DisputeView } from "./dispute_view.js";
import { openGuidelines } from "./guidelines.js";
import { openPairHistory } from "./history.js";
import { openStreamKeys } from "./keys.js";
import { textNode } from "./text.js";

/** The section of the review that lists disputed pairs. */
export class DisputedSection {
  /**
   * @param {import("./session.js").Session} session
   * @param {HTMLElement} place
   */
  constructor(session, place) {
    this.session = session;
    /** @type {DisputedPair[]} */
    this.pairs = [];
    this.total = 0;
    this.at = 0;
    this.list = h("nav.rr-card.rr-an-list", { "aria-label": "Disputed pairs" });
    this.node = h("article.rr-card");
    this.view = new DisputeView(this);
    fill(place, h("div.rr-an-review", this.list, this.node));
    this.load();
  }

  /** @returns {ReviewParts} */
  parts() {
    return {
      decide: (label) => this.decide(label),
      pair: () => this.current,
      keys: {
        j: () => this.go(this.at + 1),
        k: () => this.go(this.at - 1),
        x: () => this.decide(null),
        h: () => openPairHistory(this.session),
        g: () => openGuidelines(this.session),
        "?": () => openStreamKeys(this.session),
      },
    };
  }

  get scale() {
    return this.session.stream.scale;
  }

  /** @returns {DisputedPair | undefined} */
  get current() {
    return this.pairs[this.at];
  }

  async load() {
    fill(this.node, skeleton(6));
    try {
      const dataset = this.session.openDataset;
      const { pairs, total, run } = await this.session.server.disputed({ dataset });
      this.pairs = pairs;
      this.setTotal(total);
      this.view.run = run;
      this.go(0);
    } catch (error) {
      fill(this.node, h("div.rr-card-body", errorBox(error)));
    }
  }

  /** @param {number} total also shown beside the section's name */
  setTotal(total) {
    this.total = total;
    const { progress, parts } = this.session;
    if (progress) progress.disputed = total;
    parts.bar.draw();
  }

  /** @param {number} at */
  go(at) {
    this.at = Math.max(0, Math.min(this.pairs.length - 1, at));
    this.drawList();
    if (this.current) fill(this.node, this.view.draw(this.current));
    else this.showEmpty();
    this.list.querySelector(".now")?.scrollIntoView({ block: "nearest" });
  }

  showEmpty() {
    const back = () => this.session.review.leave();
    const text = "Pairs that annotators disagree on appear here, with every vote.";
    const act = button("Back to labelling", back, { kind: "primary" });
    const train = button("Train a reranker", () => goTo("train"), { kind: "rr-needs-admin" });
    fill(this.node, emptyState("No disputed pairs", text, act, train));
  }

  drawList() {
    const shown = this.pairs.length;
    const first = this.total > shown ? `first ${shown}, most votes first` : "most votes first";
    const title = h("h2.rr-grow", plural(this.total, "disputed pair"));
    const head = h("div.rr-card-head", title, this.total > 0 && h("span.rr-muted", first));
    fill(
      this.list,
      head,
      this.pairs.map((pair, at) => this.listEntry(pair, at)),
    );
  }

  /**
   * @param {DisputedPair} pair
   * @param {number} at
   */
  listEntry(pair, at) {
    const now = at === this.at;
    const properties = {
      type: "button",
      class: now && "now",
      "aria-current": now && "true",
      onclick: () => this.go(at),
    };
    const counts = tally(pair).map(([label, count]) => [
      labelChip(label, this.scale),
      h("span.rr-muted", `× ${count}`),
    ]);
    const votes = pair.votes.length ? plural(pair.votes.length, "vote") : "imported";
    return h(
      "button.rr-an-dispute",
      properties,
      textNode("b.rr-cut", pair.query),
      textNode("span.rr-cut.rr-muted", pair.passage),
      h("span.rr-row", counts, h("span.rr-grow"), h("span.rr-muted", votes)),
    );
  }

  /** @param {number | null} label null leaves the pair out of training */
  async decide(label) {
    const pair = this.current;
    if (!pair) return;
    const { at, session } = this;
    const saved = session.server.decide({ pair: pair.id, label, reason: this.view.reason });
    this.remove(at);
    const word = scaleAnswers(this.scale).find(({ value }) => value === label)?.word ?? label;
    const text = label === null ? "Left out of training" : `Decided: ${word}`;
    toast(text, () => this.undecide(pair, at, saved));
    try {
      await saved;
      emit("changed");
    } catch (error) {
      document.querySelector(".rr-toast")?.remove();
      this.insert(pair, at);
      session.showError("The decision was not saved. ", error);
    }
  }

  /**
   * @param {DisputedPair} pair
   * @param {number} at
   * @param {Promise<unknown>} saved
   */
  async undecide(pair, at, saved) {
    try {
      await saved;
      await this.session.server.undecide({ pair: pair.id });
      this.insert(pair, at);
      emit("changed");
    } catch (error) {
      this.session.showError("The decision was not reverted. ", error);
    }
  }

  /** @param {number} at */
  remove(at) {
    this.pairs.splice(at, 1);
    this.setTotal(this.total - 1);
    this.go(at);
  }

  /**
   * @param {DisputedPair} pair
   * @param {number} at
   */
  insert(pair, at) {
    this.pairs.splice(at, 0, pair);
    this.setTotal(this.total + 1);
    this.go(at);
  }
}

/**
 * How often each label was given: by votes, or by imported labels where there are none.
 * @param {DisputedPair} pair
 * @returns {[label: number, count: number][]}
 */
function tally({ votes, imported }) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const label of votes.length ? votes.map((vote) => vote.label) : imported) {
    counts.set(label, (counts.get(label) || 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b);
}
