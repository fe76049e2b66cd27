// The threshold of a run: precision and recall over its score on the dev split.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, formatNumber, formatPercent } from "../lib/format.js";
import { guideLink } from "../lib/guide.js";
import { toast } from "../lib/toast.js";
import { cutoffChart } from "./cutoff_chart.js";

const GOALS = {
  f1: "Best F1",
  "precision:0.9": "Precision at least 90%",
  "recall:0.9": "Recall at least 90%",
};
const NOTE =
  "Saved in the run's folder; the Playground shows what it would cut. The dev split also chose the checkpoint, so new queries may do slightly worse.";

/**
 * Open the dialog for the threshold of a run.
 * @param {UsableSide} side
 * @param {PlaygroundServer} server
 * @param {() => void} changed
 * @param {boolean} maySave
 */
export function openCutoff(side, server, changed, maySave) {
  new CutoffDialog(side, server, changed, maySave).load();
}

class CutoffDialog {
  /**
   * @param {UsableSide} side
   * @param {PlaygroundServer} server
   * @param {() => void} changed
   * @param {boolean} maySave
   */
  constructor(side, server, changed, maySave) {
    this.side = side;
    this.server = server;
    this.changed = changed;
    this.maySave = maySave;
    this.goal = side.cutoff?.goal || "f1";
    this.body = h("div.rr-cutoff", skeleton(6));
    this.dialog = openDialog(`Threshold of ${side.title}`, "rr-use", this.body);
  }

  get request() {
    return { run: this.side.name, goal: this.goal };
  }

  async load() {
    try {
      this.draw(await this.server.find_cutoff(this.request));
    } catch (error) {
      fill(this.body, this.goalChoice(GOALS), errorBox(error));
    }
  }

  /** @param {Cutoff} cutoff */
  draw(cutoff) {
    const { pairs, positives } = cutoff;
    const counts = `${formatInt(pairs)} pairs of the dev split, ${formatInt(positives)} relevant`;
    const legend = ` recall of what scores at least this much, over ${counts}. The band is the 95% interval of the threshold.`;
    const line = (/** @type {string} */ kind) => h("i.rr-cut-key", { class: kind });
    fill(
      this.body,
      this.goalChoice(cutoff.goals || GOALS),
      cutoffChart(cutoff),
      h("p.rr-faint", line("precision"), " precision   ", line("recall"), legend),
      tiles(cutoff),
      h("p", h("b", "Calibrated: "), calibrationSentence(cutoff)),
      this.maySave ? this.actions(cutoff) : null,
      h("p.rr-faint", NOTE, " ", guideLink("playground", "How thresholds work")),
    );
  }

  /** @param {Record<string, string>} goals */
  goalChoice(goals) {
    const options = Object.entries(goals).map(([value, text]) => h("option", { value }, text));
    const field = h("select.rr-select", { "aria-label": "Goal" }, options);
    field.value = this.goal;
    field.addEventListener("change", () => {
      this.goal = field.value;
      this.load();
    });
    return h("div.rr-row.rr-cut-goal", h("span.rr-muted", "Goal"), field);
  }

  /** @param {Cutoff} cutoff */
  actions({ score }) {
    const { side, server } = this;
    const saved = `Saved: ${side.title} is cut below ${score.toFixed(2)}`;
    const save = () => this.act(server.save_cutoff(this.request), saved);
    const remove = () => this.act(server.delete_cutoff(this.request), "Removed");
    return h(
      "div.rr-row",
      button("Save threshold", save, { kind: "primary" }),
      side.cutoff ? button("Remove the threshold", remove, { kind: "quiet" }) : null,
    );
  }

  /**
   * @param {Promise<unknown>} done
   * @param {string} message
   */
  async act(done, message) {
    try {
      await done;
    } catch (error) {
      fill(this.body, this.goalChoice(GOALS), errorBox(error));
      return;
    }
    toast(message);
    this.dialog.close();
    this.changed();
  }
}

/** @param {Cutoff} cutoff */
function tiles({ score, low, high, logit, precision, recall, kept }) {
  const tile = (
    /** @type {string} */ word,
    /** @type {string} */ value,
    /** @type {string} */ more,
  ) => h("div.rr-cut-tile", h("span.rr-faint", word), h("b", value), h("span.rr-faint", more));
  const range = (/** @type {Estimate} */ estimate) =>
    `${(100 * estimate.low).toFixed(0)} to ${formatPercent(estimate.high, 1, 0)}`;
  const raw = formatNumber(logit, 2);
  const within = `${low.toFixed(3)} to ${high.toFixed(3)} · logit ${raw}`;
  return h(
    "div.rr-cut-tiles",
    tile("Cut below", score.toFixed(3), within),
    tile("Precision", formatPercent(precision.value, 1), range(precision)),
    tile("Recall", formatPercent(recall.value, 1), range(recall)),
    tile("Kept", formatPercent(kept, 1), "of the pairs"),
  );
}

/** @param {Cutoff} cutoff */
function calibrationSentence({ calibrated, calibration }) {
  const { before, after, method } = calibration;
  const by = method === "platt" ? "Platt's sigmoid" : "isotonic regression";
  const errors = `${formatPercent(before.error, 1)} → ${formatPercent(after.error, 1)}`;
  const brier = `${before.brier.toFixed(3)} → ${after.brier.toFixed(3)}`;
  return `${formatPercent(calibrated, 1)} are relevant at the threshold, by ${by}. Expected calibration error ${errors}, Brier score ${brier} on held-out queries.`;
}
