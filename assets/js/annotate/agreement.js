// Review: how much annotators agree, pair of annotators by pair, and which labels they confuse.

import { button, emptyState, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, formatNumber } from "../lib/format.js";
import { guideLink } from "../lib/guide.js";
import { poll } from "../lib/poll.js";
import { tableHead } from "../lib/table.js";
import { ConfusionMatrix } from "./confusion.js";
import { personMark, shareMark } from "./people.js";

/** The section of the review that shows how much annotators agree. */
export class AgreementSection {
  /**
   * @param {import("./session.js").Session} session
   * @param {HTMLElement} place
   */
  constructor(session, place) {
    this.session = session;
    this.box = h("div.rr-an-report", h("div.rr-card", skeleton(6)));
    this.matrix = new ConfusionMatrix(session.stream.scale);
    this.drawn = "";
    fill(place, this.box);
    poll(this.box, 60, () => this.load());
  }

  async load() {
    const { server, openDataset: dataset } = this.session;
    try {
      const answer = await server.agree_in_detail({ dataset });
      const drawn = JSON.stringify(answer);
      if (drawn !== this.drawn) this.draw(answer);
      this.drawn = drawn;
    } catch (error) {
      if (!this.drawn) fill(this.box, h("div.rr-card.rr-card-body", errorBox(error)));
    }
  }

  /** @param {AgreementDetail} answer */
  draw(answer) {
    if (!answer.shared) {
      fill(this.box, h("div.rr-card", this.emptyState()));
      return;
    }
    const halves = [pairwise(answer.between), this.matrix.section(answer.confusion)];
    const more = guideLink("annotate#review", "What these measures mean");
    fill(this.box, tiles(answer), h("div.rr-an-halves", halves), h("p.rr-faint", more));
  }

  emptyState() {
    const text =
      "Agreement can be measured once two people have labelled the same pairs. Set the annotators per pair in the settings.";
    const open = () => this.session.review.switch("settings");
    const act = this.session.stream.may.own && button("Open settings", open, { kind: "primary" });
    return emptyState("No pair has two labels yet", text, act);
  }
}

/**
 * A statistic of agreement with two digits and a real minus sign.
 * @param {number | null | undefined} value
 */
export function formatKappa(value) {
  return value === null || value === undefined ? "–" : formatNumber(value, 2);
}

/** @param {AgreementDetail} answer */
function tiles({ shared, votes, all_votes: all, percent, alpha, kappa, intervals }) {
  const share = (/** @type {number} */ value) => `${Math.round(100 * value)}%`;
  const newest = votes < all ? `newest of ${formatInt(all)} labels` : null;
  const within = alpha === null ? "all labels are the same" : range(intervals.alpha, formatKappa);
  return h(
    "dl.rr-card.rr-tiles.rr-an-tiles",
    tile("Pairs with two labels or more", formatInt(shared), newest),
    tile("Percent agreement", share(percent ?? 0), null, range(intervals.percent, share)),
    tile("Krippendorff’s alpha", formatKappa(alpha), null, within),
    kappa === null
      ? null
      : tile("Cohen’s kappa", formatKappa(kappa), null, range(intervals.kappa, formatKappa)),
  );
}

/**
 * @param {Interval | null} interval
 * @param {(value: number) => string} format
 */
function range(interval, format) {
  return interval && `${format(interval[0])} to ${format(interval[1])} (95% CI)`;
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string | null} more
 * @param {string | null} [within]
 */
function tile(name, value, more, within) {
  const content = h("dd", value, more && h("small", more));
  return h("div.rr-tile", h("dt", name), content, within && h("div.rr-faint", within));
}

/** @param {AgreementDetail["between"]} rows */
function pairwise(rows) {
  const lines = rows.map(({ a, b, shared, percent, interval, kappa }) =>
    h(
      "tr",
      h("td", personMark(a)),
      h("td", personMark(b)),
      h("td.rr-num", formatInt(shared)),
      h("td.rr-num", shareMark(percent, interval)),
      h("td.rr-num", formatKappa(kappa)),
    ),
  );
  const head = tableHead([
    "Annotator",
    "and",
    ["Shared pairs", "rr-num"],
    ["Agreement, 95% CI", "rr-num"],
    ["Kappa", "rr-num"],
  ]);
  const note = h("span.rr-muted", "most shared pairs first");
  return h(
    "section",
    h("div.rr-section", h("h2", "Pairwise agreement"), note),
    h("div.rr-card", h("table.rr-table.rr-an-between", head, h("tbody", lines))),
  );
}
