// Pairs are reserved for an annotator who reads them: not in the review, in another tab, or idle.

import { isVisible } from "../lib/poll.js";
import { callServer } from "../lib/server.js";

const IDLE = 180000; // milliseconds without a key or pointer after which nobody reads
const HIDDEN = 30000; // for which a window may be hidden
const LOOK = 5000;
const ACTS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];

/** Reserves the loaded pairs while they are read, and releases them. */
export class Presence {
  /**
   * @param {import("./session.js").Session} session
   * @param {number} component of Gradio, which has the server functions
   */
  constructor(session, component) {
    this.session = session;
    this.component = component;
    this.reading = false;
    this.actedAt = performance.now();
    /** @type {number | null} */
    this.hiddenAt = null;
    /** @type {Promise<unknown>} leases are reserved and released one after the other */
    this.settled = Promise.resolve();
  }

  /** Follow what the annotator does. */
  follow() {
    for (const name of ACTS) {
      document.addEventListener(name, () => this.acted(), { passive: true });
    }
    document.addEventListener("visibilitychange", () => this.seen());
    window.addEventListener("pagehide", () => this.leave());
    new IntersectionObserver(() => this.check()).observe(this.session.widget);
    setInterval(() => this.check(), LOOK);
  }

  acted() {
    this.actedAt = performance.now();
    if (!this.reading) this.check();
  }

  seen() {
    this.hiddenAt = document.hidden ? performance.now() : null;
    if (!document.hidden) this.acted();
  }

  /** Whether the annotator reads pairs now. */
  reads() {
    const { widget, review } = this.session;
    const now = performance.now();
    if (review.section || now - this.actedAt > IDLE) return false;
    if (this.hiddenAt !== null) return this.reading && now - this.hiddenAt < HIDDEN;
    return isVisible(widget);
  }

  check() {
    const reads = this.reads();
    if (reads === this.reading) return;
    this.reading = reads;
    if (reads) this.session.wake();
    else this.release();
  }

  /** Others may have the pairs of the open dataset. */
  release() {
    const { dataset, mayLabel, server } = this.session;
    if (!dataset || !mayLabel) return;
    // A failure does no harm: leases end by themselves, too.
    this.settled = this.settled.then(() => server.release({ dataset })).catch(() => {});
  }

  /** The page goes: the call has to outlive it. */
  leave() {
    const { dataset } = this.session;
    if (!this.reading || !dataset) return;
    this.reading = false;
    callServer(this.component, "release", { dataset }, true).catch(() => {});
  }
}
