import assert from "node:assert/strict";
import { test } from "node:test";
import { scaleAnswers } from "../../assets/js/lib/labels.js";
import {
  labelShade,
  labelsOf,
  labelWord,
  namesOf,
  relevantFrom,
  withGrades,
  withKind,
} from "../../assets/js/lib/scales.js";

/** @type {Scale} */
const SHOP = {
  kind: "graded",
  min: 0,
  max: 3,
  relevant_from: 2,
  names: ["Irrelevant", "Related", "Good", "Exact"],
};

test("labels are read with their names", () => {
  assert.deepEqual(labelsOf(SHOP), [0, 1, 2, 3]);
  assert.equal(labelWord(3, SHOP), "3 Exact");
  assert.equal(labelWord(3, { kind: "graded", max: 3 }), "3");
  assert.deepEqual(
    scaleAnswers(SHOP).map(({ word }) => word),
    SHOP.names,
  );
  assert.deepEqual(
    scaleAnswers({ kind: "binary", max: 1, names: ["No", ""] }).map(({ word }) => word),
    ["No", "Relevant"],
  );
});

test("eleven grades from 0 to 10 can all be given", () => {
  const answers = scaleAnswers({ kind: "graded", max: 10 });
  assert.equal(answers.length, 11);
  assert.equal(answers[10].key, "");
  assert.equal(scaleAnswers({ kind: "graded", min: 1, max: 10 })[9].key, "0");
});

test("another end keeps the names and the relevant label that still fit", () => {
  const wider = withGrades(SHOP, 0, 4);
  assert.deepEqual(namesOf(wider), [...namesOf(SHOP), ""]);
  assert.equal(relevantFrom(wider), 2);
  const shorter = withGrades(SHOP, 0, 1);
  assert.deepEqual([shorter.names, shorter.relevant_from], [["Irrelevant", "Related"], null]);
  const stars = withGrades({ ...SHOP, names: [] }, 1, 5);
  assert.deepEqual([stars.min, stars.max, stars.names, stars.relevant_from], [1, 5, [], 2]);
  assert.equal(withGrades({ kind: "graded", max: 5 }, 1, 5).relevant_from, 4);
  assert.equal(withGrades(SHOP, 1, 0).max, 2); // at least two grades
});

test("a scale of another kind begins as usual", () => {
  assert.equal(withKind({ kind: "binary", max: 1 }, "graded").max, 3);
  assert.equal(withKind(SHOP, "graded"), SHOP);
  assert.deepEqual(withKind(SHOP, "binary").names, []);
});

test("each grade has its own shade", () => {
  const shades = labelsOf(SHOP).map((label) => labelShade(label, SHOP));
  assert.equal(new Set(shades).size, 4);
  const stars = /** @type {Scale} */ ({ kind: "graded", min: 1, max: 5 });
  assert.equal(labelShade(1, stars), labelShade(0, SHOP)); // the lowest is grey
});
