// The review, in the place of the stream: disputed pairs, agreement, annotators, settings.

import { address, setAddress } from "../lib/address.js";
import { errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { NOT_LOADED } from "../lib/later.js";

/** @typedef {"disputed" | "agreement" | "annotators" | "settings"} SectionName */

/** Each draws into a place and says which keys it takes; loaded when it is shown first. */
const SECTIONS = {
  disputed: async () => (await import("./disputed.js")).DisputedSection,
  agreement: async () => (await import("./agreement.js")).AgreementSection,
  annotators: async () => (await import("./annotators.js")).AnnotatorsSection,
  settings: async () => (await import("./settings.js")).SettingsSection,
};

const SECTION_NAMES = /** @type {SectionName[]} */ (Object.keys(SECTIONS));

/** The review: one section at a time, in the place of the stream. */
export class Review {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.node = h("div.rr-an-second.rr-hidden");
    /** @type {(ReviewParts & { name: SectionName }) | null} null while the stream is shown */
    this.section = null;
  }

  /** The section that the address names, or none. */
  follow() {
    const { review: name } = address;
    const section = SECTION_NAMES.find((one) => one === name);
    const allowed = section === "settings" ? this.session.loaded?.may.own : this.session.mayReview;
    if (!section || !allowed) this.leave();
    else if (this.section?.name !== section) this.switch(section);
  }

  /** @param {SectionName} name */
  enter(name) {
    const { session, node } = this;
    session.streamNode.classList.add("rr-hidden");
    node.classList.remove("rr-hidden");
    fill(node);
    this.section = { keys: {}, name };
    this.draw(this.section);
    setAddress({ review: name });
    session.presence.check();
    session.parts.importedLabels.draw();
    session.parts.bar.draw();
    session.parts.bar.keepFocus();
  }

  /**
   * Draw a section, unless another one is shown by the time that it is loaded.
   * @param {ReviewParts & { name: SectionName }} entered
   */
  async draw(entered) {
    const Section = await SECTIONS[entered.name]().catch(() => null);
    if (this.section !== entered) return;
    if (!Section) {
      fill(this.node, errorBox(NOT_LOADED));
      return;
    }
    const section = new Section(this.session, this.node);
    if ("parts" in section) Object.assign(entered, section.parts());
  }

  leave() {
    if (!this.section) return;
    const { session, node } = this;
    this.section = null;
    setAddress({ review: null });
    fill(node);
    node.classList.add("rr-hidden");
    session.streamNode.classList.remove("rr-hidden");
    session.presence.check();
    session.parts.importedLabels.draw();
    session.parts.bar.draw();
    session.reads.progress();
  }

  /** @param {SectionName} name */
  switch(name) {
    if (this.section?.name !== name) this.enter(name);
  }
}
