// How far the run is, in a bar, in facts, and in a sentence for screen readers.

import { fill, h } from "../lib/dom.js";
import { formatClock, formatInt, formatMetric } from "../lib/format.js";
import { isWaiting } from "./words.js";

/** The progress of the run. */
export class RunState {
  constructor() {
    this.part = h("i");
    this.warm = h("b"); // where the warm start ends
    this.bar = h("div.rr-bar.rr-live-bar", this.part, this.warm);
    this.facts = h("div.rr-live-facts");
    this.reader = h("p.rr-sr");
  }

  /**
   * @param {Run} run
   * @param {ChartPoints} points
   */
  draw(run, points) {
    const { status, step, steps, warm_steps: warm } = run;
    const share = steps ? (100 * step) / steps : 0;
    this.part.style.width = `${status === "finished" ? 100 : share}%`;
    this.warm.style.left = steps && warm ? `${(100 * warm) / steps}%` : "-9px";
    fill(this.facts, runFacts(run));
    this.reader.textContent = runSentence(run, points);
  }
}

/** @param {Run} run */
function runFacts(run) {
  const live = run.status === "running";
  const trains = live && !isWaiting(run);
  const fact = (/** @type {string} */ value, /** @type {string} */ word) =>
    h("span", h("b", value), ` ${word}`);
  const { step, steps, pairs_per_second: pace, seconds, left } = run;
  return [
    steps ? fact(formatInt(step), `of ${formatInt(steps)} steps`) : h("span", waitingFor(run)),
    trains && !!pace && fact(formatInt(pace), "pairs/s"),
    seconds !== null && fact(formatClock(seconds), live ? "elapsed" : "total"),
    live && left !== null && fact(formatClock(left), "left"),
    !live && run.precision && h("span", `${run.precision}, ${run.device}`),
  ];
}

/** @param {Run} run without a step */
function waitingFor({ status, sentence }) {
  if (status === "queued") return sentence;
  return status === "running" ? "Reading data and base model" : "No step completed";
}

/**
 * @param {Run} run
 * @param {ChartPoints} points
 */
function runSentence({ name, sentence, status, step, steps, loss, dev, origin }, points) {
  const best = Math.max(...(points.dev["ndcg@10"] || []).map(([, y]) => y));
  const ofSteps = status === "running" && step && steps ? ` of ${formatInt(steps)}` : "";
  const base = formatMetric(dev.base?.["ndcg@10"]);
  const parts = [
    `${name}: ${sentence.replace(/\.$/, "")}${ofSteps}.`,
    loss === null ? "" : `Loss ${formatMetric(loss)}.`,
    Number.isFinite(best)
      ? `Best nDCG@10 on dev ${formatMetric(best)}, ${origin.title} ${base}.`
      : "",
  ];
  return parts.filter(Boolean).join(" ");
}
