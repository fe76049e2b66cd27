// What is shown beside the stream is read repeatedly: progress, last labels, agreement.

/** Reads what is shown beside the stream, again after each change. */
export class Reads {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
  }

  /**
   * An answer to a dataset that was left, or from before labels that wait to be sent, is dropped.
   * @template Answer
   * @param {(dataset: string) => Promise<Answer>} call
   * @param {(answer: Answer) => void} take
   */
  async read(call, take) {
    const { session } = this;
    const { dataset } = session;
    if (!dataset || !session.mayLabel) return;
    try {
      const answer = await call(dataset);
      if (dataset === session.dataset && !session.labelling.waiting()) take(answer);
    } catch {
      // asked again later
    }
  }

  all() {
    this.progress();
    this.last();
  }

  /** After the server was away: what is shown beside the stream may be old. */
  refresh() {
    const { session } = this;
    if (!session.mayLabel) return;
    this.all();
    session.parts.rail.forgetQuery();
    session.parts.rail.showQuery(session.current);
    session.wake();
  }

  progress() {
    const { session } = this;
    const since = new Date().setHours(0, 0, 0, 0) / 1000;
    const { imported } = session;
    return this.read(
      (dataset) => session.server.progress({ dataset, since, imported }),
      (progress) => {
        session.progress = progress;
        session.parts.draw();
        if (!session.current && session.queue.ended) session.parts.card.showDone();
        if (progress.rules !== session.stream.rules) session.rules.follow();
      },
    );
  }

  last() {
    const { session } = this;
    return this.read(
      (dataset) => session.server.last_labels({ dataset }),
      (rows) => {
        session.last = rows;
        session.parts.drawLast();
      },
    );
  }

  agreement() {
    const { session } = this;
    return this.read(
      (dataset) => session.server.agree({ dataset }),
      (agreement) => {
        session.agreement = agreement;
        session.parts.rail.draw();
      },
    );
  }
}
