// The rules of a dataset: changed by its owner here, or elsewhere while somebody labels.

import { toast } from "../lib/toast.js";

/** Changes the settings of a dataset, and follows changes by others. */
export class Rules {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
  }

  /**
   * The owner's choice, for everyone who labels this dataset.
   * @param {StreamOrder} order
   * @param {number | null} run
   */
  setOrder(order, run = null) {
    return this.change({ order, run }, "The order is changed for everyone");
  }

  /** @param {boolean} blind whether what others think is hidden from everyone who labels */
  setBlind(blind) {
    return this.change({ blind }, "The settings are changed for everyone");
  }

  /**
   * @param {Omit<StreamChanges, "dataset">} changes
   * @param {string} done for screen readers
   */
  async change(changes, done) {
    const { session } = this;
    try {
      await session.server.set_stream({ dataset: session.openDataset, ...changes });
      await this.reopen();
      session.parts.bar.announce(done);
    } catch (error) {
      session.showError("The settings were not changed. ", error);
    }
  }

  /** After a setting was changed here: the same dataset under its new rules. */
  async reopen() {
    const { session } = this;
    const dataset = session.openDataset;
    const stream = await session.server.stream({ dataset });
    if (dataset !== session.dataset) return;
    session.loaded = stream;
    session.order = stream.order;
    session.parts.card.prepare();
    session.restart();
    session.reads.progress();
    session.scoring.watch();
  }

  /** After the owner changed something elsewhere: the current pair stays, the next ones go. */
  async follow() {
    const { session } = this;
    const dataset = session.openDataset;
    const before = session.stream;
    const stream = await session.server.stream({ dataset }).catch(() => null); // or the next time
    if (!stream || dataset !== session.dataset || session.loaded !== before) return;
    if (session.order === before.order) session.order = stream.order;
    session.loaded = stream;
    session.queue.drop();
    session.parts.card.prepare();
    session.parts.draw();
    session.queue.resume();
    session.scoring.watch();
    const { version } = stream.guidelines;
    if (version !== before.guidelines.version) toast(`The guidelines changed: version ${version}`);
  }
}
