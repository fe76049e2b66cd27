// The review, in the place of the stream: disputed pairs, agreement, annotators, settings.

import { fill, h } from "../lib/dom.js";
import { AgreementSection } from "./agreement.js";
import { AnnotatorsSection } from "./annotators.js";
import { DisputedSection } from "./disputed.js";
import { SettingsSection } from "./settings.js";

/** @typedef {"disputed" | "agreement" | "annotators" | "settings"} SectionName */

/** Each draws into a place and says which keys it takes. */
const SECTIONS = {
  disputed: DisputedSection,
  agreement: AgreementSection,
  annotators: AnnotatorsSection,
  settings: SettingsSection,
};

export class Review {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.node = h("div.rr-an-second.rr-hidden");
    /** @type {(ReviewParts & { name: SectionName }) | null} null while the stream is shown */
    this.section = null;
  }

  /** @param {SectionName} name */
  enter(name) {
    const { session, node } = this;
    session.streamNode.classList.add("rr-hidden");
    node.classList.remove("rr-hidden");
    this.section = { ...new SECTIONS[name](session, node).parts(), name };
    session.presence.check();
    session.parts.came.draw();
    session.parts.bar.draw();
    session.parts.bar.keepFocus();
  }

  leave() {
    if (!this.section) return;
    const { session, node } = this;
    this.section = null;
    fill(node);
    node.classList.add("rr-hidden");
    session.streamNode.classList.remove("rr-hidden");
    session.presence.check();
    session.parts.came.draw();
    session.parts.bar.draw();
    session.reads.progress();
  }

  /** @param {SectionName} name */
  switch(name) {
    if (this.section?.name === name) return;
    this.leave();
    this.enter(name);
  }
}
