// Review: what each annotator has done, and labels that were reverted.

import { emptyState, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatAgo, formatDateTime, formatDay, formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { menuButton } from "../lib/menu.js";
import { poll } from "../lib/poll.js";
import { tableHead } from "../lib/table.js";
import { toast } from "../lib/toast.js";
import { personMark, shareMark } from "./people.js";
import { openRevert } from "./revert.js";

/** @type {[word: string, classes: string][]} */
const COLUMNS = [
  ["Annotator", "who"],
  ["Labels", "rr-num"],
  ["Today", "rr-num"],
  ["14 days", "rr-desk"],
  ["Seconds per label", "rr-num rr-desk"],
  ["With the majority", "rr-num"],
  ["Gold", "rr-num rr-desk"],
  ["Can't tell, skips", "rr-num rr-desk"],
  ["Last", "rr-num rr-desk"],
  ["!Actions", "do"],
];
const NOTE =
  "With the majority: how often a label is the one that most others gave, on pairs where the others have a majority, with its 95% confidence interval. Seconds are the median of the last 14 days; below 1 s nobody reads a pair. Gold: labels that match the known label of gold pairs, which you mark in Data.";

/** The section of the review that shows the work of each annotator. */
export class AnnotatorsSection {
  /**
   * @param {import("./session.js").Session} session
   * @param {HTMLElement} place
   */
  constructor(session, place) {
    this.session = session;
    this.place = place;
    this.box = h("div.rr-an-report", h("div.rr-card", skeleton(6)));
    this.drawn = "";
    fill(place, this.box);
    poll(this.box, 60, () => this.load());
  }

  async load() {
    const { server, openDataset: dataset, stream } = this.session;
    const midnight = new Date().setHours(0, 0, 0, 0) / 1000;
    try {
      const activity = await server.people({ dataset, midnight });
      const reverted = stream.may.own ? await server.reverted_labels({ dataset }) : [];
      const drawn = JSON.stringify([activity.days, activity.annotators, reverted]);
      const busy = document.querySelector("dialog[open], .rr-menu");
      if (!this.place.contains(this.box) || drawn === this.drawn || busy) return;
      this.drawn = drawn;
      this.draw(activity, reverted);
    } catch (error) {
      if (!this.drawn) fill(this.box, h("div.rr-card.rr-card-body", errorBox(error)));
    }
  }

  /**
   * @param {Activity} activity
   * @param {Reverted[]} reverted
   */
  draw({ days, annotators }, reverted) {
    if (!annotators.length && !reverted.length) {
      const text = "Per-annotator activity appears here.";
      fill(this.box, h("div.rr-card", emptyState("No labels yet", text)));
      return;
    }
    const largest = Math.max(1, ...annotators.flatMap((annotator) => annotator.days));
    const widths = COLUMNS.map(([, kind]) => h("col", { class: kind.replace("rr-num", "num") }));
    const rows = annotators.map((annotator) => this.row(annotator, days, largest));
    const table = h("table.rr-table.rr-an-people", h("colgroup", widths), tableHead(COLUMNS));
    table.append(h("tbody", rows));
    const lines = reverted.map((one) => this.revertedRow(one));
    const list = h("div.rr-card", h("table.rr-table.rr-an-takings", h("tbody", lines)));
    fill(
      this.box,
      h("div.rr-card", table),
      h("p.rr-faint.rr-an-under", NOTE),
      lines.length ? [h("div.rr-section", h("h2", "Reverted")), list] : null,
    );
  }

  /**
   * @param {AnnotatorActivity} annotator
   * @param {number[]} days
   * @param {number} largest
   */
  row(annotator, days, largest) {
    const { name, labels, seconds, skips, last, fast, cannot_tell: unsure } = annotator;
    const slow = seconds === null ? "–" : formatInt(seconds);
    const time = seconds !== null && seconds < 10 ? seconds.toFixed(1) : slow;
    return h(
      "tr",
      h("td", personMark(name)),
      h("td.rr-num", formatInt(labels)),
      h("td.rr-num", formatInt(annotator.days.at(-1))),
      h("td.rr-desk", dayBars(days, annotator.days, largest)),
      h("td.rr-num.rr-desk", fast && h("span.rr-an-fast", icon("warn"), "too fast "), time),
      h("td.rr-num", majorityShare(annotator.majority)),
      h("td.rr-num.rr-desk", goldShare(annotator.gold)),
      h("td.rr-num.rr-desk", `${formatInt(unsure)}, ${formatInt(skips)}`),
      h("td.rr-num.rr-muted.rr-desk", formatAgo(last)),
      h("td.do", this.session.stream.may.own && this.moreButton(name)),
    );
  }

  /** @param {string} name */
  moreButton(name) {
    const revert = () =>
      openRevert(
        this.session,
        name,
        () => this.load(),
        (edit) => this.restore(edit),
      );
    const entries = [
      { text: "Revert labels", icon: /** @type {const} */ ("undo"), danger: true, act: revert },
    ];
    const label = `More about ${name}`;
    return menuButton("", () => entries, { kind: "quiet small icon", icon: "more", label });
  }

  /** @param {Reverted} reverted */
  revertedRow({ annotator, who, pairs, since, at, edit, undone }) {
    const restore = linkButton("Restore", () => this.restore(edit));
    const what = [
      `${plural(pairs, "pair")} of `,
      h("b", annotator),
      ` since ${formatDateTime(since)}`,
    ];
    return h(
      "tr",
      h("td", what),
      h("td.rr-muted.rr-desk", "by ", h("span", who), `, ${formatAgo(at)}`),
      h("td.rr-num", undone ? h("span.rr-muted", "restored") : restore),
    );
  }

  /** @param {number} edit */
  async restore(edit) {
    try {
      const { pairs, newer } = await this.session.server.restore_labels({ edit });
      const newerLabels = newer ? `; ${formatInt(newer)} have newer labels, which stay` : "";
      toast(`${plural(pairs, "label")} restored${newerLabels}`);
      emit("changed");
      this.load();
    } catch (error) {
      this.session.showError("", error);
    }
  }
}

/**
 * @param {number[]} days times of midnight
 * @param {number[]} counts
 * @param {number} largest
 */
function dayBars(days, counts, largest) {
  const noon = 43200;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const label = `${formatInt(counts.at(-1))} today, ${formatInt(total)} in ${counts.length} days`;
  const bars = counts.map((count, at) => {
    const height = count ? Math.max(3, (22 * count) / largest) : 1;
    const title = `${formatDay(days[at] + noon)}: ${plural(count, "label")}`;
    return h("i", { class: count > 0 && "on", style: `height:${height}px`, title });
  });
  return h("span.rr-an-days", { role: "img", "aria-label": label }, bars);
}

/** @param {AnnotatorActivity["gold"]} gold */
function goldShare(gold) {
  return gold ? `${formatInt(gold.right)} of ${formatInt(gold.of)}` : h("span.rr-muted", "–");
}

/** @param {AnnotatorActivity["majority"]} majority */
function majorityShare(majority) {
  if (!majority) return h("span.rr-muted", "–");
  const of = h("span.rr-faint.rr-desk", ` of ${formatInt(majority.shared)}`);
  return [shareMark(majority.percent, majority.interval), of];
}
