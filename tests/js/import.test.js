import assert from "node:assert/strict";
import { test } from "node:test";
import { FurtherColumns } from "../../assets/js/data/import_further.js";

test("a column that becomes a further one in a later reading is shown, unless it was unticked", () => {
  const further = new FurtherColumns();
  assert.equal(further.shown, null);
  const column = (/** @type {string} */ name, labels = false) => ({
    column: name,
    example: "",
    cells: 8,
    labels,
  });
  further.columns = [column("title"), column("price"), column("votes", true)];
  further.chosen.set("price", false);
  assert.deepEqual(further.shown, ["title"]);
  further.columns = [column("sku"), column("price"), column("votes", true)];
  assert.deepEqual(further.shown, ["sku"]);
  further.columns = [];
  assert.deepEqual(further.shown, null);
});
