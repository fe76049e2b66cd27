// The pairs ahead: some are always loaded, so that the next one is there at once.

import { Refused } from "../lib/server.js";

const AHEAD = 20; // pairs to ask for
const REFILL = 10; // fewer are not enough
const MOST = 100; // ids that one call may name

/** The pairs that come next. */
export class PairQueue {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    /** @type {PairToLabel[]} */
    this.pairs = [];
    this.loading = 0; // the turn whose pairs are being loaded
    this.ended = false; // the server had no more
    this.failures = 0;
  }

  clear() {
    this.pairs = [];
    this.loading = 0;
    this.ended = false;
  }

  /** Drop the pairs ahead; the current one stays. */
  drop() {
    this.pairs = [];
  }

  /** Ask again, although there were no more. */
  resume() {
    this.ended = false;
    this.fill();
  }

  /** At the end: pairs that others reserved may be free by now. */
  lookAgain() {
    const { progress, order, stream, current } = this.session;
    const free = progress ? progress.waiting - progress.reserved.pairs : 0;
    if (!current && this.ended && order === stream.order && free > 0) this.resume();
  }

  /** Ids of every pair that this page has: waiting to be sent, current or ahead. */
  ids() {
    const { current, labelling } = this.session;
    const ahead = this.pairs.map(({ id }) => id);
    const reserved = [...labelling.waitingPairs(), ...(current ? [current.id] : []), ...ahead];
    return [...new Set(reserved)].slice(0, MOST);
  }

  /** @param {number} n */
  ask(n) {
    const { server, openDataset: dataset, order, imported } = this.session;
    return server.next_pairs({ dataset, order, imported, n, have: this.ids() });
  }

  /** @param {number[]} closed ids of pairs that are not ours any more */
  remove(closed) {
    this.pairs = this.pairs.filter(({ id }) => !closed.includes(id));
  }

  async fill() {
    const { session } = this;
    const enough = this.ended || this.pairs.length >= REFILL;
    const busy = enough || this.loading === session.turn;
    if (!session.mayLabel || busy || !session.presence.reading) return;
    const { turn } = session;
    this.loading = turn;
    try {
      await session.presence.settled;
      const { pairs, closed } = await this.ask(AHEAD);
      if (turn !== session.turn) return;
      this.remove(closed);
      const queued = new Set(this.ids());
      this.pairs.push(...pairs.filter(({ id }) => !queued.has(id)));
      this.ended = pairs.length === 0;
      this.failures = 0;
      this.loading = 0;
      if (!session.current) this.advance();
    } catch (error) {
      if (turn === session.turn) this.failed(error);
    }
  }

  /** @param {unknown} error */
  failed(error) {
    this.loading = 0;
    this.failures += 1;
    if (error instanceof Refused && !error.fault) {
      this.session.showError("", error, () => this.fill());
      return;
    }
    if (!this.session.current) this.session.parts.card.showUnreachable();
    setTimeout(() => this.fill(), Math.min(1000 * 2 ** this.failures, 15000));
  }

  advance() {
    this.session.show(this.pairs.shift() || null);
  }

  /**
   * Show a pair that was chosen; the current one waits behind it.
   * @param {PairToLabel} pair
   */
  open(pair) {
    const { current, parts } = this.session;
    if (current && current.id !== pair.id) this.pairs.unshift(current);
    this.pairs = [pair, ...this.pairs.filter(({ id }) => id !== pair.id)];
    this.advance();
    parts.card.node.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} id of a pair that may not be loaded yet */
  async take(id) {
    const { session } = this;
    const ahead = this.pairs.find((pair) => pair.id === id);
    if (ahead) {
      this.open(ahead);
      return;
    }
    const { turn } = session;
    try {
      const pair = await session.server.take({ pair: id });
      if (turn !== session.turn || !pair) return;
      this.open({ ...pair, again: session.own.has(pair.id) || pair.label !== null });
    } catch (error) {
      session.showError("", error);
    }
  }

  /** Reserve the loaded pairs on; those that others labelled meanwhile are dropped. */
  async keepLeases() {
    const { session } = this;
    const { turn, current } = session;
    if (this.ids().length) {
      const { closed } = await this.ask(0);
      if (turn !== session.turn) return;
      this.remove(closed);
      const lost = current && !current.again && closed.includes(current.id);
      if (lost && session.current === current && !session.note) this.advance();
    }
    this.resume();
  }
}
