import assert from "node:assert/strict";
import { test } from "node:test";
import { isRelevant, scaleAnswers, scaleName } from "../../assets/js/lib/labels.js";

const values = (/** @type {Scale} */ scale) => scaleAnswers(scale).map(({ value }) => value);
const keys = (/** @type {Scale} */ scale) => scaleAnswers(scale).map(({ key }) => key);

test("each scale offers its answers, each with a key", () => {
  assert.deepEqual(values({ kind: "binary", max: 1 }), [0, 1]);
  assert.deepEqual(values({ kind: "graded", max: 3 }), [0, 1, 2, 3]);
  assert.deepEqual(keys({ kind: "graded", max: 3 }), ["0", "1", "2", "3"]);
  assert.deepEqual(values({ kind: "graded", max: 5, min: 1 }), [1, 2, 3, 4, 5]);
  assert.deepEqual(values({ kind: "score", max: 4 }), [0, 1, 2, 3, 4]);
  assert.equal(values({ kind: "graded", max: 100 }).length, 10);
});

test("the scale says which labels are relevant", () => {
  assert.equal(isRelevant(1, { kind: "graded", max: 3 }), true);
  assert.equal(isRelevant(0), false);
  assert.equal(isRelevant(2, { kind: "graded", max: 5, min: 1, relevant_from: 4 }), false);
  assert.equal(isRelevant(4, { kind: "graded", max: 5, min: 1, relevant_from: 4 }), true);
  assert.equal(isRelevant("disputed"), false);
  assert.equal(isRelevant(null), false);
});

test("names of scales", () => {
  assert.equal(scaleName({ kind: "binary", max: 1 }), "binary");
  assert.equal(scaleName({ kind: "graded", max: 3 }), "graded 0 to 3");
});
