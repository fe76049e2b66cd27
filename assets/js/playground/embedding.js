// Before a search by meaning: the passages of the dataset are embedded, once, in a process.

import { fill, h } from "../lib/dom.js";
import { formatClock, formatInt } from "../lib/format.js";
import { Refused } from "../lib/server.js";

const PAUSE = 1000; // milliseconds between two looks
const NOTE =
  "This runs once, in the background: you can leave this page. Passages that are added later are embedded by the next search.";

/** Waits until the passages of the dataset are embedded, and shows how far that is. */
export class EmbeddingWait {
  /**
   * @param {import("./view.js").View} view
   * @param {PlaygroundServer} server
   */
  constructor(view, server) {
    this.view = view;
    this.server = server;
  }

  /**
   * Resolves when a search by meaning can begin, or something else was asked for meanwhile.
   * @param {HTMLElement} body
   * @param {() => boolean} current whether this is still what the user waits for
   */
  async ready(body, current) {
    const payload = { dataset: this.view.dataset };
    const may = this.view.may("annotator");
    let state = await (may
      ? this.server.embed_passages(payload)
      : this.server.embedding_state(payload));
    while (current() && state.running) {
      draw(body, state);
      await new Promise((resume) => setTimeout(resume, PAUSE));
      if (current()) state = await this.server.embedding_state(payload);
    }
    if (current() && state.missing && state.refused) throw new Refused(state.refused);
  }
}

/**
 * @param {HTMLElement} body
 * @param {EmbeddingState} state
 */
function draw(body, { passages, missing, seconds }) {
  const done = passages - missing;
  const left = seconds === null ? "" : `, about ${formatClock(seconds)} left`;
  const text = `${formatInt(done)} of ${formatInt(passages)} passages embedded${left}`;
  const style = `width:${(100 * done) / Math.max(passages, 1)}%`;
  const bar = h("span.rr-bar", { "aria-hidden": "true" }, h("i", { style }));
  fill(
    body,
    h(
      "div.rr-card.rr-play-first",
      h(
        "div.rr-empty",
        h("h2", "Preparing search by meaning"),
        h("p.rr-embedding", { role: "status" }, text, bar),
        h("p.rr-faint", NOTE),
      ),
    ),
  );
}
