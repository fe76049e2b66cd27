// One disputed pair: its texts, its votes, and the decision.

import { button, keyMark, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, formatTime, initials } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { markdownNodes } from "../lib/markdown.js";
import { withMenu } from "../lib/menu.js";
import { Refused } from "../lib/server.js";
import { table } from "../lib/table.js";
import { openGuidelines } from "./guidelines.js";
import { scoringRuns } from "./run_menu.js";
import { markWords, textNode } from "./text.js";

const NO_VOTES = "No votes yet. The files this pair came from give it different labels.";

/** A disputed pair with its votes and the field for a decision. */
export class DisputeView {
  /** @param {import("./disputed.js").DisputedSection} section */
  constructor(section) {
    this.section = section;
    this.session = section.session;
    /** @type {{ id: number, name: string } | null} the run whose scores are shown */
    this.run = null;
    this.turn = 0;
    const label = { "aria-label": "Reason", maxlength: 1000, dir: "auto" };
    this.field = h("input.rr-field.rr-grow", label);
    this.votes = h("div.rr-an-part.votes");
  }

  get reason() {
    return this.field.value.trim();
  }

  /** @param {DisputedPair} pair */
  draw(pair) {
    const passage = textNode("div.rr-an-passage", pair.passage);
    markWords(passage, pair.passage, pair.query);
    const { guidelines } = this.session.stream;
    this.field.value = "";
    this.drawVotes();
    return [
      part("Query", labelChip("disputed"), textNode("h2.rr-an-query", pair.query)),
      h("div.rr-an-part", h("div.rr-an-label", "Passage"), passage),
      this.votes,
      guidelines.text.trim() ? this.guidelinesPart() : null,
      this.decisionPart(),
    ];
  }

  guidelinesPart() {
    const { session } = this;
    const text = h("div.rr-an-md.brief", markdownNodes(session.stream.guidelines.tree));
    const open = linkButton("Open", () => openGuidelines(session));
    return h("div.rr-an-brief", icon("info"), text, open);
  }

  decisionPart() {
    const { section } = this;
    const leaveOut = button("Leave out", () => section.decide(null), { kind: "quiet", key: "x" });
    const hint = [keyMark("j"), " ", keyMark("k"), " next, previous"];
    return h(
      "div.rr-an-part",
      h(
        "div.rr-row",
        h("div.rr-an-label", "Decision"),
        h("span.rr-muted", "settles the dispute; every vote stays on record"),
      ),
      h("div.rr-an-reason", h("label.rr-muted", "Reason"), this.field),
      h(
        "div.rr-an-decide",
        this.answers(),
        leaveOut,
        h("span.rr-grow"),
        h("span.rr-muted.rr-an-keyhint", hint),
      ),
    );
  }

  answers() {
    const { section } = this;
    const binary = section.scale.kind === "binary";
    return scaleAnswers(section.scale).map(({ value, key, word }) => {
      const onclick = () => section.decide(value);
      const properties = { type: "button", "aria-keyshortcuts": key, onclick };
      const mark = binary && h("i", { class: value > 0 && "on" });
      return h("button.rr-an-answer", properties, mark, h("span", word), keyMark(key));
    });
  }

  /** The votes alone, so that a reason that is being typed stays. */
  drawVotes() {
    const pair = this.section.current;
    if (!pair) return;
    const { imported } = pair;
    const word = imported.length > 1 ? "imported labels" : "imported label";
    const chips = imported.map((label) => labelChip(label, this.section.scale));
    const head = h(
      "div.rr-row.rr-an-voteshead",
      h("div.rr-an-label.rr-grow", "Votes"),
      this.score(pair),
      imported.length ? [h("span.rr-muted", word), chips] : null,
    );
    const rows = pair.votes.map((vote) => voteRow(vote, this.section.scale));
    const votes = table("rr-table rr-an-votes", ["Annotator", "Label", "Note", "When"], rows);
    fill(this.votes, head, rows.length ? votes : h("p.rr-muted.rr-an-nothing", NO_VOTES));
  }

  /**
   * What a run thinks: shown to those who decide, never to those who label blind.
   * @param {DisputedPair} pair
   */
  score(pair) {
    if (pair.score !== null && this.run) {
      const width = { style: `width:${100 * pair.score}%` };
      const bar = h("span.rr-bar", { "aria-hidden": "true" }, h("i", width));
      const word = h("span.rr-muted", `${this.run.name} scores`);
      return h("span.rr-row.rr-an-score", word, bar, h("b", pair.score.toFixed(2)));
    }
    if (!this.session.stream.may.own) return null;
    const link = linkButton("Score with a run");
    return h(
      "span.rr-row",
      withMenu(link, () => this.scoringRuns(link)),
    );
  }

  /** @param {HTMLElement} anchor */
  scoringRuns(anchor) {
    const none = "Scoring needs a trained run. Train one first.";
    const choose = (/** @type {ScoringRun} */ run) => this.scoreBy(run.id, anchor);
    return scoringRuns(this.session, none, choose);
  }

  /**
   * Let a run score the pairs, and show the scores when they are there.
   * @param {number} run
   * @param {HTMLElement} anchor
   */
  async scoreBy(run, anchor) {
    this.turn += 1;
    const { turn, session } = this;
    const dataset = session.openDataset;
    const isCurrent = () =>
      turn === this.turn && dataset === session.dataset && this.section.node.isConnected;
    anchor.textContent = "Scoring…";
    try {
      let state = await session.server.score_pairs({ dataset, run });
      while (!(await this.readScores(run, dataset, isCurrent)) && state.running) {
        if (!isCurrent()) return;
        await new Promise((resolve) => setTimeout(resolve, 1500));
        state = await session.server.scoring({ dataset, run });
      }
      if (state.refused) throw new Refused(state.refused);
    } catch (error) {
      session.showError("", error);
    }
    if (isCurrent()) this.drawVotes();
  }

  /**
   * Whether every pair has a score by now.
   * @param {number} run
   * @param {string} dataset
   * @param {() => boolean} isCurrent
   */
  async readScores(run, dataset, isCurrent) {
    const answer = await this.session.server.disputed({ dataset });
    if (!isCurrent()) return false;
    const scored = answer.run?.id === run ? answer.pairs : [];
    const scores = new Map(scored.map((pair) => [pair.id, pair.score]));
    this.run = answer.run;
    for (const pair of this.section.pairs) pair.score = scores.get(pair.id) ?? null;
    return this.section.pairs.every((pair) => pair.score !== null);
  }
}

/**
 * @param {string} word
 * @param {Child} beside
 * @param {Child} content
 */
function part(word, beside, content) {
  const head = h("div.rr-row", h("div.rr-an-label.rr-grow", word), beside);
  return h("div.rr-an-part", head, content);
}

/**
 * @param {Vote} vote
 * @param {Scale} scale
 */
function voteRow({ annotator, label, note, at }, scale) {
  const avatar = h("span.rr-avatar.plain", { "aria-hidden": "true" }, initials(annotator));
  return h(
    "tr",
    h("td", h("span.rr-row", avatar, textNode("span.rr-cut", annotator))),
    h("td", labelChip(label, scale)),
    note ? textNode("td.rr-an-wrap", note) : h("td.rr-muted", "no note"),
    h("td.rr-muted", voteTime(at)),
  );
}

/** @param {number} at in seconds since 1970 */
function voteTime(at) {
  const time = new Date(at * 1000);
  if (time.toDateString() !== new Date().toDateString()) return formatAgo(at);
  return `today ${formatTime(at)}`;
}
