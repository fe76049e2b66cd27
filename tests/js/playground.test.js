import assert from "node:assert/strict";
import { test } from "node:test";
import { passagesOfJsonLines, splitPassages } from "../../assets/js/lib/passages.js";
import { clientCode, curlCode, pythonCode } from "../../assets/js/playground/code.js";
import { pack, unpack } from "../../assets/js/playground/packing.js";

test("a packed text comes back as it was", async () => {
  for (const text of ["", "one passage", "Wärme\n\n日本語 🙂 \u0000", "x".repeat(200000)]) {
    assert.equal(await unpack(await pack(text)), text);
  }
});

test("a packed text needs no escape in an address, and is short", async () => {
  const packed = await pack("the same words again and again. ".repeat(500));
  assert.match(packed, /^[\w-]+$/);
  assert.ok(packed.length < 300, String(packed.length));
});

test("a link that was cut short is refused", async () => {
  const packed = await pack("a passage that is long enough to be cut ".repeat(20));
  await assert.rejects(unpack(packed.slice(0, packed.length / 2)));
});

test("passages are read line by line, or between blank lines if there are any", () => {
  assert.deepEqual(splitPassages("one\r\ntwo \n"), ["one", "two"]);
  assert.deepEqual(splitPassages("one\nstill one\n\n two\n \n\nthree"), [
    "one\nstill one",
    "two",
    "three",
  ]);
  assert.deepEqual(splitPassages("  \n "), []);
});

test("passages of JSON Lines", () => {
  const lines = '"one"\n\n{"passage": "two\\n\\nstill two"}\n{"text": "three"}\n';
  const text = passagesOfJsonLines(lines);
  assert.deepEqual(splitPassages(text), ["one", "two\nstill two", "three"]);
});

test("a line that is not a passage is named", () => {
  assert.throws(() => passagesOfJsonLines('"one"\n{'), /line 2 is not JSON/);
  assert.throws(() => passagesOfJsonLines("3"), /line 1 is neither a string nor/);
});

test("code names the model and the server", () => {
  const load = (/** @type {string} */ name, combined = false) =>
    /CrossEncoder\(.*|CombinedReranker\(.*/.exec(pythonCode({ name, combined }) ?? "")?.[0];
  assert.match(load("7") ?? "", /^CrossEncoder\("\."\)/);
  assert.match(load("7:tuned") ?? "", /^CrossEncoder\("\."\)/);
  assert.equal(load("org/model"), 'CrossEncoder("org/model")');
  assert.equal(load("7", true), 'CombinedReranker(".")');
  for (const name of ["base", "cosine", "bm25"]) assert.equal(pythonCode({ name }), null);
  assert.match(clientCode("http://host/sub", "base"), /base_url="http:\/\/host\/sub"/);
  assert.match(curlCode("http://host", "base"), /^curl http:\/\/host\/v2\/rerank /);
});
