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
/** Where a run is beside base: [ranker, word]. @type {[ranker: Ranker, word: string][]} */
export const RANKERS = [
  ["bm25", "BM25"],
  ["cosine", "Cosine"],
  ["base", "Base"],
  ["tuned", "Tuned"],
  ["combined", "Combined"],
];
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
 * @param {ListedRun} run
 * @param {string} text
 */
export function statusMark({ status, step, steps, damage }, text) {
  const [shape, kind] = LOOKS[damage ? "lost" : status];
  const ring = () => h("span.rr-ring", { style: `--part:${steps ? step / steps : 0.1}` });
  const mark = shape ? icon(shape) : ring();
  return h("span.rr-status", { class: kind, title: text }, mark, h("span.rr-cut", text));
}

/** @param {RunStatus} status */
export function isLive(status) {
  return status === "queued" || status === "running";
}

/**
 * Whether a run has a model.
 * @param {RunStatus} status
 */
export function hasModel(status) {
  return status === "finished" || status === "stopped";
}

/**
 * The name of a base model without its owner.
 * @param {string | null | undefined} name
 */
export function shortBase(name) {
  if (name === "embedded") return "MiniLM-L6 embedded";
  return name ? (name.replace(/\/+$/, "").split("/").pop() ?? name) : "";
}
