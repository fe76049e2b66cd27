import assert from "node:assert/strict";
import { test } from "node:test";
import { bestStep, bestWord } from "../../assets/js/train/chart_notes.js";
import { firstMetric, unscoredSentence } from "../../assets/js/train/dev_metric.js";
import { line, smoother } from "../../assets/js/train/smoothing.js";

test("without weight the values stay as they are", () => {
  const smooth = smoother(0);
  assert.deepEqual([3, 1, 2].map(smooth), [3, 1, 2]);
});

test("the first value is not pulled to zero", () => {
  assert.equal(smoother(0.99)(5), 5);
});

test("a constant line stays constant", () => {
  const smooth = smoother(0.9);
  for (const y of [2, 2, 2, 2].map(smooth)) assert.ok(Math.abs(y - 2) < 1e-12);
});

test("newer values count more", () => {
  const smooth = smoother(0.5);
  smooth(0);
  // (0.5 * 0 + 0.5 * 1) / (1 - 0.25)
  assert.ok(Math.abs(smooth(1) - 2 / 3) < 1e-12);
});

test("points as Plotly takes them", () => {
  const points = /** @type {[number, number][]} */ ([
    [1, 10],
    [2, 20],
  ]);
  assert.deepEqual(line(points), { x: [1, 2], y: [10, 20] });
  assert.deepEqual(line(points, (y) => y / 10).y, [1, 2]);
});

test("the best checkpoint is the highest by the metric that decides, the first of equals", () => {
  const dev = /** @type {Record<string, [number, number][]>} */ ({
    "ndcg@10": [
      [0, 0.9],
      [10, 0.5],
      [20, 0.7],
      [30, 0.7],
    ],
    average_precision: [
      [10, 0.4],
      [20, 0.3],
      [30, 0.2],
    ],
  });
  assert.equal(bestStep(dev, "ndcg@10"), 20);
  assert.equal(bestStep(dev, "auto"), 10);
  assert.equal(bestStep(dev, "last"), null);
  assert.equal(bestStep({}, "auto"), null);
  assert.equal(bestWord(dev, "average_precision", "auto"), "best checkpoint");
  assert.equal(bestWord(dev, "ndcg@10", "auto"), "best checkpoint by AP");
});

test("the panel of dev starts on a metric with values, and names one without", () => {
  const none = { "ndcg@10": [], "mrr@10": [], map: [], average_precision: [] };
  const start = { warm: [], train: [], dev: none, extra: {}, baselines: {} };
  const first = /** @type {[number, number]} */ ([0, 0.7]);
  assert.deepEqual([firstMetric(start), unscoredSentence(start, "map")], ["ndcg@10", ""]);
  const trains = { ...start, train: [first] };
  assert.match(unscoredSentence(trains, "ndcg@10"), /^No metric can be computed/);
  for (const values of [
    { dev: { ...none, average_precision: [first] } },
    { baselines: { bm25: { average_precision: 0.2 } } },
  ]) {
    const points = { ...trains, ...values };
    assert.equal(firstMetric(points), "average_precision");
    assert.equal(unscoredSentence(points, "average_precision"), "");
    assert.match(unscoredSentence(points, "ndcg@10"), /^nDCG@10 cannot be computed/);
  }
  assert.equal(firstMetric({ ...trains, dev: { ...none, "ndcg@10": [first] } }), "ndcg@10");
});
