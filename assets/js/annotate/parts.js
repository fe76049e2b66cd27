// The parts of the stream, and when they are drawn.

import { StreamBar } from "./bar.js";
import { PairCard } from "./card.js";
import { ImportedLabels } from "./imported_labels.js";
import { LastLabels } from "./last_labels.js";
import { SideRail } from "./rail.js";

/** The parts of the stream. */
export class Parts {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.card = new PairCard(session);
    this.rail = new SideRail(session);
    this.bar = new StreamBar(session);
    this.last = new LastLabels(session);
    this.importedLabels = new ImportedLabels(session);
    this.due = false;
  }

  draw() {
    this.bar.draw();
    this.importedLabels.draw();
    this.rail.draw();
    this.drawLast();
  }

  drawLast() {
    this.last.draw();
    this.card.drawLast();
  }

  /** The pair is painted first; what stands beside it is drawn after that frame. */
  drawBeside() {
    if (this.due) return;
    this.due = true;
    const draw = () => {
      this.due = false;
      this.card.measure();
      this.drawLast();
      this.rail.draw();
      this.bar.drawCount();
      this.rail.showQuery(this.session.current);
    };
    requestAnimationFrame(() => setTimeout(draw, 0));
  }
}
