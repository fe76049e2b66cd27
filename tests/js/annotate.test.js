import assert from "node:assert/strict";
import { test } from "node:test";
import { countLabel } from "../../assets/js/annotate/label_count.js";
import { guessLanguage, markedParts } from "../../assets/js/annotate/text.js";
import { csvText } from "../../assets/js/data/csv.js";

const marked = (/** @type {string} */ passage, /** @type {string} */ query) =>
  markedParts(passage, query)
    .filter((part) => part.marked)
    .map(({ text }) => text);

test("words of the query are marked, also in another form; common ones are not", () => {
  assert.deepEqual(marked("Caves form when water carves the rock.", "how are caves formed?"), [
    "Caves",
    "form",
  ]);
});

test("parts add up to the passage", () => {
  const passage = "A <b>cave</b> & \u0000 洞窟 caves";
  const parts = markedParts(passage, "cave 洞窟");
  assert.equal(parts.map(({ text }) => text).join(""), passage);
});

test("languages that need their own fonts or line height", () => {
  const languages = {
    日本の洞窟です: "ja",
    동굴: "ko",
    洞穴: "zh",
    ถ้ำ: "th",
    کهف: "ar",
    מערה: "he",
  };
  for (const [text, language] of Object.entries(languages)) {
    assert.equal(guessLanguage(text), language, text);
  }
  assert.equal(guessLanguage("hang động được hình thành"), "vi");
  assert.equal(guessLanguage("caves"), "");
});

test("CSV cells are quoted, and no cell is a formula", () => {
  const text = csvText([
    ["line", "row"],
    ["1", 'say "hi", you'],
    ["2", "=1+1"],
  ]);
  assert.equal(text, '\ufeffline,row\r\n1,"say ""hi"", you"\r\n2,\'=1+1\r\n');
});

test("a gold pair does not raise the progress above all pairs", () => {
  const progress = {
    ...{ total: 3, waiting: 0, skipped: 1, done: 2, labelled: 2, today: 2, pace: null },
    ...{ reserved: { pairs: 0, until: null }, sealed: 0, disputed: 0, rules: "" },
  };
  countLabel(progress, 1, 1, false);
  countLabel(progress, 1, 1, false);
  assert.deepEqual([progress.done, progress.labelled, progress.waiting], [3, 4, 0]);
  countLabel(progress, null, 1, true);
  countLabel(progress, null, -1, false);
  assert.deepEqual([progress.done, progress.skipped, progress.waiting], [3, 0, 1]);
});
