// A run scores pairs in the background, so that those it is uncertain about come first.

import { isVisible } from "../lib/poll.js";
import { errorSentence } from "../lib/server.js";

/** Follows the scoring of pairs by the run of the dataset's order. */
export class Scoring {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    /** @type {Partial<ScoringState> | null} */
    this.state = null;
    this.turn = 0;
  }

  /** Start it where the order needs it, and follow it to its end. */
  async watch() {
    this.turn += 1;
    const { turn, session } = this;
    const dataset = session.openDataset;
    const { bar } = session.parts;
    this.state = null;
    if (session.loaded?.order !== "uncertain") {
      bar.draw();
      return;
    }
    const isCurrent = () => turn === this.turn && dataset === session.dataset;
    const ran = await this.follow(dataset, isCurrent);
    if (turn !== this.turn) return;
    if (ran) session.queue.drop(); // they were drawn without the scores
    session.queue.resume();
    bar.draw();
  }

  /**
   * Whether it scored anything.
   * @param {string} dataset
   * @param {() => boolean} isCurrent
   */
  async follow(dataset, isCurrent) {
    const { server, widget, parts } = this.session;
    let ran = false;
    try {
      this.state = await server.score_pairs({ dataset });
      while (isCurrent() && this.state.running && widget.isConnected) {
        ran = true;
        parts.bar.draw();
        await new Promise((resolve) => setTimeout(resolve, 3000));
        if (isVisible(widget)) this.state = await server.scoring({ dataset });
      }
    } catch (error) {
      this.state = { refused: errorSentence(error) };
    }
    return ran;
  }
}
