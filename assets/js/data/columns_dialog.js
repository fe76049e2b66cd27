// The owner's choice of further columns that are shown beside each pair.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { oneLine } from "../lib/format.js";
import { fieldForm } from "../lib/forms.js";
import { toast } from "../lib/toast.js";

/**
 * Open the choice of further columns beside each pair.
 * @param {string} dataset
 * @param {DataTab} tab
 * @param {() => unknown} changed
 */
export async function openColumns(dataset, tab, changed) {
  try {
    const columns = await tab.server.columns_beside({ dataset });
    draw(dataset, tab, columns, changed);
  } catch (error) {
    tab.report(error);
  }
}

/**
 * @param {string} dataset
 * @param {DataTab} tab
 * @param {FurtherColumn[]} columns
 * @param {() => unknown} changed
 */
function draw(dataset, { server }, columns, changed) {
  const boxes = columns.map(({ column, example, shown }) => {
    const box = h("input", { type: "checkbox", checked: shown, value: column });
    const sample = example && h("span.rr-faint", ` ${oneLine(example)}`);
    const row = h("label.rr-check", box, h("span.rr-cut", { dir: "auto" }, h("b", column), sample));
    return { box, row };
  });
  const form = fieldForm([], "Save", async () => {
    const chosen = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    await server.show_columns({ dataset, columns: chosen });
    dialog.close();
    toast("Columns saved for everyone");
    changed();
  });
  const note = "Annotators, viewers and the Playground show the ticked ones beside each pair.";
  const list = h(
    "div.rr-columns",
    boxes.map(({ row }) => row),
  );
  const dialog = openDialog("Columns beside the pairs", "rr-widget-data", [
    h("p.rr-muted", note),
    list,
    form,
  ]);
}
