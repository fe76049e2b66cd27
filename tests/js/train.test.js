import assert from "node:assert/strict";
import { test } from "node:test";
import { lossOf } from "../../assets/js/train/cancel.js";
import { placeWords } from "../../assets/js/train/place_choice.js";
import { actAtPrice, agreeTo, chainQuestion, startQuestion } from "../../assets/js/train/price.js";
import { requested } from "../../assets/js/train/process_count.js";
import { setByUser } from "../../assets/js/train/recipe_reasons.js";
import { seedRows } from "../../assets/js/train/seed_plot.js";
import { isSure, rivalOf, statusWord, strongestFree } from "../../assets/js/train/words.js";

test("a run has to beat the stronger of BM25 and cosine, where they are measured", () => {
  const [low, high] = [{ "ndcg@10": 0.4 }, { "ndcg@10": 0.6 }];
  assert.equal(strongestFree({ base: high, bm25: low, cosine: high }), "cosine");
  assert.equal(strongestFree({ bm25: high, cosine: low }), "bm25");
  assert.equal(strongestFree({ bm25: low, cosine: null }), "bm25");
  assert.equal(strongestFree({ bm25: { "ndcg@10": null }, cosine: low }), "cosine");
  assert.equal(strongestFree({ base: high }), null);
  const byMap = { bm25: { ...low, map: 0.5 }, cosine: { ...high, map: 0.3 } };
  assert.equal(strongestFree(byMap, "map"), "bm25");
});

test("gains are over the strongest free ranker by the metric of the verdict", () => {
  const metrics = {
    bm25: { "ndcg@10": 0.9, average_precision: 0.2 },
    cosine: { "ndcg@10": null, average_precision: 0.3 },
  };
  assert.equal(rivalOf({ metrics, verdict_metric: "ndcg@10" }), "bm25");
  assert.equal(rivalOf({ metrics, verdict_metric: "average_precision" }), "cosine");
  assert.equal(rivalOf({ metrics: {}, verdict_metric: "ndcg@10" }), "base");
});

test("the plot of seeds holds every seed and interval", () => {
  const cell = { gain: null, gain_low: null, gain_high: null, significant: false };
  const column = (/** @type {number[]} */ runs) =>
    /** @type {const} */ ({ id: 1, name: "quick", status: "finished", dataset: "d", runs });
  const values = [
    { ...cell, value: 0.5, low: 0.3, high: 0.7, each: [0.4, 0.6] },
    { ...cell, value: null, low: null, high: null, each: [] },
  ];
  const comparison = {
    runs: [column([1, 2]), column([3])],
    metrics: [{ metric: "ndcg@10", values }],
    queries: 9,
    recipe: [],
    changed: null,
    notice: "",
  };
  const plot = seedRows(comparison);
  assert.deepEqual([plot?.low, plot?.high, plot?.rows.length], [0.3, 0.7, 1]);
  assert.equal(seedRows({ ...comparison, runs: [column([1]), column([3])] }), null);
});

test("what the user set is named beside what the form was filled with", () => {
  const batch = { label: "Batch size", value: "64", filled: "16" };
  assert.equal(setByUser([null]), "");
  assert.equal(setByUser([batch, null]), "Set by you: Batch size 64 instead of 16.");
  const steps = { label: "Max steps", value: "100", filled: "" };
  const both = "Set by you: Batch size 64 instead of 16, Max steps 100 instead of none.";
  assert.equal(setByUser([batch, steps]), both);
});

test("a run on this machine in one process needs no words", () => {
  const place = { executor: "local", title: "This machine", processes: 1, gpus: 0 };
  const none = { job: null, state: null, phase: null };
  assert.equal(placeWords({ ...place, ...none }), "");
  assert.equal(placeWords({ ...place, ...none, processes: 2 }), "2 processes");
  const job = { job: "7", state: "PENDING", phase: /** @type {const} */ ("waiting") };
  const slurm = { ...place, ...job, executor: "slurm", title: "Slurm", gpus: 1 };
  assert.equal(placeWords(slurm), "Slurm job 7 (pending), 1 GPU");
  const held = { ...slurm, gpus: 0, state: "PENDING (JobHeldUser)" };
  assert.equal(placeWords(held), "Slurm job 7 (pending)");
});

test("a run whose job was queued again waits", () => {
  const none = { executor: "slurm", title: "Slurm", processes: 1, gpus: 0, job: "7", state: "" };
  const run = { sentence: "Running, step 4", phase: "train", warm_steps: 0 };
  const running = /** @type {const} */ ({ ...run, status: "running" });
  assert.equal(statusWord({ ...running, place: { ...none, phase: "running" } }), "Running");
  assert.equal(statusWord({ ...running, place: { ...none, phase: "waiting" } }), "Waiting");
});

/** @param {string} value @returns {OfferedPlace} */
const offered = (value) => ({ value, word: "", unit: "GPUs", number: 2, limit: 4 });

test("the default number of GPUs is left to the server, processes are not", () => {
  const gpus = offered("slurm");
  assert.deepEqual(
    ["2", "", "4", "-1"].map((typed) => requested(gpus, typed)),
    [{}, {}, { gpus: 4 }, { gpus: 0 }],
  );
  const cores = { ...offered("local"), unit: /** @type {const} */ ("Processes"), number: 1 };
  assert.deepEqual(
    ["1", "", "3"].map((typed) => requested(cores, typed)),
    [{ processes: 1 }, { processes: 1 }, { processes: 3 }],
  );
});

test("what costs nothing starts without a question", async () => {
  /** @type {(number | null)[]} */
  const started = [];
  const start = (/** @type {number | null} */ agreed) => started.push(agreed);
  agreeTo(null, start);
  const priced = /** @type {unknown[]} */ ([]);
  const server = {
    run_price: async (/** @type {Parameters<TrainServer["run_price"]>[0]} */ { run, what }) => {
      priced.push([run, what]);
      return null;
    },
    resume_places: async () => [offered("local")],
  };
  const place = { title: "", processes: 1, gpus: 0, job: null, state: null, phase: null };
  const [here, paid] = ["local", "hf-jobs"].map((executor) => ({
    name: "run",
    place: { ...place, executor },
    chain: null,
  }));
  await actAtPrice(server, { id: 1, ...here }, "resume", start);
  await actAtPrice(server, { id: 2, ...paid }, "cancel", start);
  assert.deepEqual(priced, []);
  await actAtPrice(server, { id: 3, ...paid }, "again", start);
  assert.deepEqual(priced, [[3, "again"]]);
  assert.deepEqual(started, [null, null, null, null]);
});

test("a run is resumed where somebody chooses, at the price there", async () => {
  const priced = /** @type {unknown[]} */ ([]);
  const server = {
    run_price: async (
      /** @type {Parameters<TrainServer["run_price"]>[0]} */ { executor, gpus },
    ) => {
      priced.push([executor, gpus]);
      return null;
    },
    resume_places: async () => ["hf-jobs", "local", "slurm"].map(offered),
  };
  const kind = { processes: 1, gpus: 0, job: null, state: null, phase: null };
  const place = { ...kind, executor: "hf-jobs", title: "" };
  const run = { id: 1, name: "run 1", place, chain: null };
  const started = /** @type {unknown[][]} */ ([]);
  const act = (/** @type {unknown[]} */ ...how) => started.push(how);
  for (const executor of ["local", "slurm"]) {
    await actAtPrice(server, run, "resume", act, async (name, places, prepare) => {
      assert.deepEqual([name, places[0].value], ["run 1", "hf-jobs"]);
      (await prepare({ executor, gpus: 3 }))();
    });
  }
  assert.deepEqual(priced, [["slurm", 3]]);
  assert.deepEqual(started, [
    [null, { executor: "local", gpus: 3 }],
    [null, { executor: "slurm", gpus: 3 }],
  ]);
});

test("one question names the chain and what it costs", () => {
  const price = { hardware: "T4", hourly: 0.6, maximum: 2.4, text: "$0.60 an hour" };
  const chain = chainQuestion("Queue 3 runs");
  const both = startQuestion(price, chain);
  assert.deepEqual([both?.title, both?.verb], ["Queue 3 runs?", "Agree and start"]);
  assert.match(String(both?.text), /stopped together. T4 costs \$0.60 an hour/);
  assert.equal(startQuestion(null, chain)?.verb, "Queue 3 runs");
  assert.equal(startQuestion(price, null)?.title, "Start a paid job?");
  assert.equal(startQuestion(null, null), null);
});

test("a difference that the randomisation test does not find has no colour", () => {
  const duel = { wins: 3, losses: 1, ties: 9, difference: 0.02, low: 0.001, high: 0.05 };
  assert.equal(isSure({ ...duel, p: 0.06 }), false);
  assert.equal(isSure({ ...duel, p: 0.01 }), true);
  assert.equal(isSure(undefined), true); // a run of an earlier version
});

test("a question counts one step that would be lost as one", () => {
  const run = { saved: false, can_save: true, chain: null };
  assert.match(lossOf({ ...run, step: 1 }), /Training of 1 step is lost/);
  assert.match(lossOf({ ...run, step: 1200 }), /Training of 1,200 steps is lost/);
});

test("the question before cancelling names Stop and save where that is offered", () => {
  const run = { step: 4, saved: false, chain: null };
  assert.match(lossOf({ ...run, can_save: true }), /"Stop and save" keeps/);
  assert.doesNotMatch(lossOf({ ...run, can_save: false }), /Stop and save/);
});
