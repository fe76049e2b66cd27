// Beside the stream: progress, this query's passages, guidelines.

import { keyMark, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { markdownNodes } from "../lib/markdown.js";
import { formatKappa } from "./agreement.js";
import { openGuidelines } from "./guidelines.js";
import { QueryPassages } from "./query_passages.js";

const NO_GUIDELINES =
  "None yet. Two or three sentences on what counts as relevant improve agreement.";

/** The column beside the stream. */
export class SideRail {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    const card = (/** @type {string} */ label) =>
      h("section.rr-card.rr-hidden", { "aria-label": label });
    this.progress = card("Progress");
    this.progress.classList.add("rr-an-progress");
    this.guidelines = card("Guidelines");
    this.passages = new QueryPassages(session);
    this.node = h("aside.rr-an-rail", this.progress, this.guidelines, this.passages.node);
    this.drawnProgress = "";
    /** @type {Guidelines | null} */
    this.drawnGuidelines = null;
  }

  /** @param {PairToLabel | null} pair */
  showQuery(pair) {
    this.passages.show(pair);
  }

  /** The passages of the query are asked for again. */
  forgetQuery() {
    this.passages.forget();
  }

  /**
   * @param {number} pair
   * @param {number | null | undefined} label undefined for a label that was reverted
   */
  setOwn(pair, label, cannotTell = false) {
    this.passages.setOwn(pair, label, cannotTell);
  }

  draw() {
    this.drawProgress();
    this.drawGuidelines();
  }

  drawProgress() {
    const { dataset, progress, agreement, loaded } = this.session;
    const drawn = JSON.stringify([dataset, progress, agreement, loaded?.test_pairs]);
    if (drawn === this.drawnProgress) return;
    this.drawnProgress = drawn;
    this.progress.classList.toggle("rr-hidden", !progress);
    if (!progress) return;
    const { done, total, today, pace, skipped } = progress;
    const review = () => this.session.choose({ order: "skipped" });
    const share = total ? (100 * done) / total : 0;
    const count = h("span.rr-muted", h("b", formatInt(done)), ` of ${formatInt(total)}`);
    fill(
      this.progress,
      h("div.rr-an-line", h("h3", "Progress"), count),
      h("div.rr-bar", h("i", { style: `width:${share}%` })),
      h(
        "dl",
        line("Labels today", formatInt(today)),
        pace ? line("Pace", formatPace(pace)) : null,
        agreementLine(agreement),
        skipped ? line("Skipped", linkButton(formatInt(skipped), review)) : null,
        progress.sealed ? this.sealedLine(progress.sealed) : null,
      ),
      agreementNote(agreement),
    );
  }

  /** @param {number} count */
  sealedLine(count) {
    const { stream } = this.session;
    const sealed = stream.test_pairs === "sealed";
    const toggle = linkButton(sealed ? "Offer to me" : "Seal", () => this.offerTestPairs(sealed));
    const word = sealed ? "Sealed test pairs" : "Test pairs offered";
    return line(word, formatInt(count), stream.may.own && toggle);
  }

  /** @param {boolean} offer */
  async offerTestPairs(offer) {
    const { session } = this;
    try {
      const dataset = session.openDataset;
      Object.assign(session.stream, await session.server.offer_test_pairs({ dataset, offer }));
      session.choose({});
    } catch (error) {
      session.showError("", error);
    }
  }

  drawGuidelines() {
    const { session } = this;
    this.guidelines.classList.toggle("rr-hidden", !session.loaded);
    const guidelines = session.loaded?.guidelines;
    if (!guidelines || this.drawnGuidelines === guidelines) return;
    this.drawnGuidelines = guidelines;
    const some = guidelines.text.trim();
    const { own } = session.stream.may;
    const onclick = () => openGuidelines(session);
    const properties = { type: "button", "aria-keyshortcuts": "g", onclick };
    const word = some ? "Open" : "Write";
    const open = (some || own) && h("button.rr-link", properties, word, " ", keyMark("g"));
    const text = h("div.rr-an-md.brief", { tabindex: "0" }, markdownNodes(guidelines.tree));
    const none = h("p.rr-muted.rr-an-nothing", own ? NO_GUIDELINES : "None yet.");
    fill(
      this.guidelines,
      h("div.rr-an-line.head", h("h3", "Guidelines"), open),
      some ? text : none,
    );
  }
}

/**
 * @param {string} name
 * @param {Child[]} value
 */
function line(name, ...value) {
  return h("div.rr-an-line", h("dt", name), h("dd", value));
}

/** @param {number} seconds */
function formatPace(seconds) {
  const short = seconds < 10 ? seconds.toFixed(1).replace(/\.0$/, "") : formatInt(seconds);
  return `${short} s per pair`;
}

/** @param {Agreement | null} agreement */
function agreementLine(agreement) {
  const value = agreement?.shared ? (agreement.alpha ?? agreement.percent) : null;
  if (!agreement || value === null || value === undefined) return null;
  const figure = agreement.alpha === null ? `${formatInt(100 * value)}%` : formatKappa(value);
  return line("Agreement", figure, h("span.rr-muted", ` on ${formatInt(agreement.shared)} shared`));
}

/** @param {Agreement | null} agreement */
function agreementNote(agreement) {
  if (!agreement?.shared) return null;
  const { alpha, percent, kappa } = agreement;
  const parts = [
    alpha === null ? null : "Krippendorff’s alpha",
    `${formatInt(100 * (percent ?? 0))}% agreement`,
    kappa === null ? null : `kappa ${formatKappa(kappa)}`,
  ];
  return h("p.rr-faint", parts.filter(Boolean).join(" · "));
}
