// Labels: painted first, kept in this browser, sent in the background.

import { goTo } from "../lib/address.js";
import { emit, listen } from "../lib/events.js";
import { formatInt } from "../lib/format.js";
import { toast } from "../lib/toast.js";
import { countLabel } from "./label_count.js";
import { openOutbox } from "./outbox.js";

const KEPT = 10; // rows of the last labels
const ENOUGH = 10; // labels after which training is suggested

/** Gives labels, takes them back, and sends both through the outbox. */
export class Labelling {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    /** @type {import("./outbox.js").Outbox<LabelChange> | null} */
    this.outbox = null;
    this.wasAway = false; // the server, since the last label was saved
    this.refused = 0; // labels in a row that the server did not take
    this.undone = false; // an undo was sent, and the last labels are to be read again
    this.timer = 0;
    listen("back", () => this.outbox?.retry());
  }

  /** @param {string} user */
  open(user) {
    this.outbox = openOutbox(user, {
      send: (change) => this.send(change),
      changed: (event) => this.changed(event),
    });
  }

  /** How many changes wait to be sent. */
  waiting() {
    return this.outbox?.count() ?? 0;
  }

  waitingPairs() {
    return this.outbox ? this.outbox.entries().map(({ pair }) => pair) : [];
  }

  get offline() {
    return !!this.outbox?.offline;
  }

  /**
   * @param {number | null} label of the current pair; null skips it
   * @param {boolean} [cannotTell] the answer without a label, which does not count as a skip
   */
  give(label, cannotTell = false) {
    const { session } = this;
    const pair = session.current;
    if (!pair) return;
    session.parts.card.flash(label, cannotTell);
    const answer = { ...pair, cannot_tell: Number(cannotTell) };
    this.change(answer, label, session.note, session.seconds());
    session.queue.advance();
  }

  /**
   * @param {PairToLabel} pair
   * @param {number | null} label
   * @param {string | null} note
   * @param {number | null} seconds null for a label that is changed later
   */
  change(pair, label, note, seconds = null) {
    const { session } = this;
    const relabelled = pair.again || session.last.some(({ id }) => id === pair.id);
    this.outbox?.add({
      kind: "annotate",
      dataset: session.openDataset,
      pair: pair.id,
      label,
      cannot_tell: label === null && !!pair.cannot_tell,
      note: note,
      seconds,
      drawn: pair.drawn,
      guidelines: session.stream.guidelines.version,
    });
    session.own.set(pair.id, label);
    const others = session.last.filter(({ id }) => id !== pair.id);
    const answer = { label, cannot_tell: pair.cannot_tell ?? 0, note, at: Date.now() / 1000 };
    session.last = [{ ...pair, ...answer }, ...others].slice(0, KEPT);
    if (!relabelled) this.count(label, 1, !!pair.cannot_tell);
    session.parts.rail.setOwn(pair.id, label, !!pair.cannot_tell);
    session.parts.drawBeside();
  }

  undo() {
    const { session } = this;
    const row = session.last.shift();
    if (!row) {
      session.parts.bar.announce("Nothing to undo");
      return;
    }
    this.outbox?.add({ kind: "undo", dataset: session.openDataset, pair: row.id });
    session.own.delete(row.id);
    this.count(row.label, -1, !!row.cannot_tell);
    session.parts.rail.setOwn(row.id, undefined);
    session.parts.drawBeside();
    session.queue.open({ ...row, label: null, cannot_tell: 0 });
    session.parts.bar.announce("Undone");
  }

  /**
   * Count a label before the server has.
   * @param {number | null} label
   * @param {1 | -1} by
   * @param {boolean} cannotTell
   */
  count(label, by, cannotTell) {
    const { progress } = this.session;
    if (!progress) return;
    countLabel(progress, label, by, cannotTell);
    if (label === null) return;
    if (by > 0 && progress.labelled === ENOUGH) this.suggestTraining();
  }

  /** After the first labels of a dataset: what comes next. */
  suggestTraining() {
    const { stream } = this.session;
    const text = `${ENOUGH} pairs labelled. You can train a reranker on them now, or label more.`;
    if (stream.may.own) toast(text, () => goTo("train"), "Train");
  }

  /** @param {LabelChange & { id: string }} change */
  async send(change) {
    const { server, queue, dataset } = this.session;
    if (change.kind === "annotate") return server.annotate(change);
    const answer = await server.undo(change);
    if (change.dataset === dataset) {
      queue.ended = false;
      this.undone = true;
    }
    return answer;
  }

  /** @param {import("./outbox.js").OutboxEvent<LabelChange>} event */
  changed({ refused, change }) {
    const { session } = this;
    session.parts.bar.drawState();
    this.wasAway ||= this.offline;
    if (refused && change) this.takeBack(change, refused);
    else if (change) this.refused = 0;
    if (this.waiting()) return;
    if (refused) this.followRights(refused);
    if (this.undone || refused) {
      this.undone = false;
      session.reads.last();
    }
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.settled(), 2500);
  }

  /**
   * @param {LabelChange} change that was not saved
   * @param {import("../lib/server.js").Refused} refused
   */
  takeBack(change, refused) {
    const { session } = this;
    if (change.kind === "undo") {
      session.showError("One label was not reverted. ", refused);
      return;
    }
    this.refused += 1;
    session.own.delete(change.pair);
    session.parts.rail.setOwn(change.pair, undefined);
    session.showError(this.notSaved(), refused);
  }

  notSaved() {
    return this.refused === 1
      ? "One label was not saved. "
      : `${formatInt(this.refused)} labels were not saved. `;
  }

  /**
   * Show that the user may no longer label, where the rights have changed.
   * @param {import("../lib/server.js").Refused} refused
   */
  async followRights(refused) {
    const { session } = this;
    const { dataset } = session;
    if (!dataset) return;
    const stream = await session.server.stream({ dataset }).catch(() => null);
    if (!stream || stream.may.label || dataset !== session.dataset) return;
    const text = this.notSaved();
    await session.open(dataset);
    session.showError(text, refused);
  }

  settled() {
    if (this.waiting()) return;
    if (this.wasAway) this.session.reads.refresh();
    else this.session.reads.progress();
    this.wasAway = false;
    emit("changed");
  }
}
