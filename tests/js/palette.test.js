import assert from "node:assert/strict";
import { test } from "node:test";
import { matching } from "../../assets/js/lib/commands.js";

const commands = ["Go to Data", "Open my shop", "Annotate my shop"].map((text) => ({ text }));
const found = (/** @type {string} */ words) => matching(commands, words).map(({ text }) => text);

test("commands are found by their words, in any order and case", () => {
  assert.deepEqual(found("SHOP open"), ["Open my shop"]);
  assert.deepEqual(found(" "), ["Go to Data", "Open my shop", "Annotate my shop"]);
  assert.deepEqual(found("nothing"), []);
});
