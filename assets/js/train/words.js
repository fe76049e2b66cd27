// Current run: its state, its live chart, and when it has ended, base beside tuned.

import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

export const runStatus = (run) => {
  const looks = {
    queued: ["clock", ""],
    running: [null, "running"],
    finished: ["finished", "gain"],
    stopped: ["stopped", ""],
    cancelled: ["cross", ""],
    failed: ["failed", "loss"],
    lost: ["lost", "warn"],
  };
  const [shape, kind] = run.damage ? looks.lost : looks[run.status];
  const mark = shape
    ? icon(shape)
    : h("span", { class: "rr-ring", style: `--part:${run.steps ? run.step / run.steps : 0.1}` });
  return (text) =>
    h(
      "span",
      { class: `rr-status ${kind}`, title: text },
      mark,
      h("span", { class: "rr-cut" }, text),
    );
};

export const shortBase = (name) =>
  name === "embedded"
    ? "MiniLM-L6 embedded"
    : name
      ? name.replace(/\/+$/, "").split("/").pop()
      : "";

export const METRICS = [
  ["ndcg@10", "nDCG@10"],
  ["mrr@10", "MRR@10"],
  ["map", "MAP"],
  ["average_precision", "AP"],
];
