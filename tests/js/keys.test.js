import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf } from "../../assets/js/lib/keys.js";

test("a Latin letter or a digit is itself", () => {
  assert.equal(keyOf({ key: "S", code: "KeyS" }), "s");
  assert.equal(keyOf({ key: "1", code: "Digit1" }), "1");
  assert.equal(keyOf({ key: "?", code: "Slash" }), "?");
  assert.equal(keyOf({ key: "Enter", code: "Enter" }), "Enter");
});

test("on another layout the place of the key counts", () => {
  assert.equal(keyOf({ key: "ы", code: "KeyS" }), "s");
  assert.equal(keyOf({ key: "&", code: "Digit1" }), "1");
  assert.equal(keyOf({ key: "é", code: "Digit2" }), "2");
  assert.equal(keyOf({ key: "ß", code: "Minus" }), "ß");
});
