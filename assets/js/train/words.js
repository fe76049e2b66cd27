// Words for runs and their metrics.

import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

/** @type {[metric: string, word: string][]} */
export const METRICS = [
  ["ndcg@10", "nDCG@10"],
  ["mrr@10", "MRR@10"],
  ["map", "MAP"],
  ["average_precision", "AP"],
];
/** What a run is compared with on its test split, and the run itself. @type {Ranker[]} */
export const RANKERS = ["bm25", "cosine", "base", "tuned", "combined"];

/**
 * The name of a ranker of a run.
 * @param {Ranker} ranker
 * @param {{ name: string, origin: { title: string }, metrics: Run["metrics"] }} run
 */
export function rankerName(ranker, { name, origin, metrics }) {
  if (ranker === "bm25") return "BM25";
  if (ranker === "cosine") return "Cosine";
  if (ranker === "base") return origin.title;
  return ranker === "tuned" && metrics.combined ? `${name}, model alone` : name;
}

/**
 * The ranker that a run has to beat: of those that need no labels, the stronger one by `metric`.
 * @param {Run["metrics"] | ChartPoints["baselines"]} metrics
 * @param {string} metric
 * @returns {"bm25" | "cosine" | null} null where neither was measured
 */
export function strongestFree({ bm25, cosine }, metric = "ndcg@10") {
  const [words, meaning] = [bm25?.[metric] ?? null, cosine?.[metric] ?? null];
  if (words === null) return meaning === null ? null : "cosine";
  return meaning !== null && meaning > words ? "cosine" : "bm25";
}

/**
 * The ranker that gains are over: the strongest free one, or else the model it started from.
 * @param {Pick<Run, "metrics" | "verdict_metric">} run
 * @returns {Ranker}
 */
export function rivalOf({ metrics, verdict_metric }) {
  return strongestFree(metrics, verdict_metric) ?? "base";
}

const SURE = 0.05; // p below which a difference may be significant, as in the verdict

/**
 * Whether the randomisation test finds a difference; true where it was not made.
 * @param {Duel | undefined} duel
 */
export function isSure(duel) {
  return !duel || duel.p === undefined || duel.p < SURE;
}

/** @type {Record<RunStatus, [shape: IconName | null, kind: string]>} */
const LOOKS = {
  queued: ["clock", ""],
  running: [null, "running"],
  finished: ["finished", "gain"],
  stopped: ["stopped", ""],
  cancelled: ["cross", ""],
  failed: ["failed", "loss"],
  lost: ["lost", "warn"],
};

/**
 * The status of a run with its mark; a running one shows how far it is.
 * @param {Pick<ListedRun, "status" | "step" | "steps" | "damage">} run
 * @param {string} text
 */
export function statusMark({ status, step, steps, damage }, text) {
  const [shape, kind] = LOOKS[damage ? "lost" : status];
  const ring = () => h("span.rr-ring", { style: `--part:${steps ? step / steps : 0.1}` });
  const mark = shape ? icon(shape) : ring();
  return h("span.rr-status", { class: kind, title: text }, mark, h("span.rr-cut", text));
}

/**
 * Whether a run waits or trains.
 * @param {RunStatus} status
 */
export function isLive(status) {
  return status === "queued" || status === "running";
}

/** @type {Record<RunStatus, string>} */
const STATUS = {
  queued: "Waiting",
  running: "Running",
  finished: "Finished",
  stopped: "Stopped (model saved)",
  cancelled: "Cancelled",
  failed: "Failed",
  lost: "Stopped unexpectedly",
};

/**
 * Whether a run waits: to begin, or as its job was queued again.
 * @param {Pick<Run, "status" | "place">} run
 */
export function isWaiting({ status, place }) {
  return status === "queued" || (status === "running" && place.phase === "waiting");
}

/**
 * The status of a run in a word or two.
 * @param {Pick<Run, "status" | "sentence" | "phase" | "warm_steps" | "place">} run
 */
export function statusWord(run) {
  const { status, sentence, phase, warm_steps } = run;
  if (status === "queued" && sentence === "Starting") return sentence;
  if (isWaiting(run)) return STATUS.queued;
  if (status !== "running") return STATUS[status];
  return phase === "warm_start" && warm_steps ? "Running, warm start" : STATUS.running;
}

/**
 * Whether a run has a model.
 * @param {RunStatus} status
 */
export function hasModel(status) {
  return status === "finished" || status === "stopped";
}
