// What is asked before a dataset is copied or deleted.

import { confirmAction, openDialog } from "../lib/dialog.js";
import { emit } from "../lib/events.js";
import { formatInt, plural } from "../lib/format.js";
import { fieldForm, textField } from "../lib/forms.js";
import { toast } from "../lib/toast.js";

/**
 * Ask for the name of a copy, and copy the dataset.
 * @param {Dataset} dataset
 * @param {DataTab} tab
 */
export function askToDuplicate(dataset, tab) {
  const name = textField("Name of the copy", { value: `${dataset.name} copy`.slice(0, 80) });
  const form = fieldForm([name], `Duplicate ${plural(dataset.pairs, "pair")}`, async (value) => {
    const copy = await tab.server.duplicate_dataset({ dataset: dataset.name, name: value });
    dialog.close();
    toast(`${copy.dataset}: ${formatInt(copy.pairs)} pairs copied`);
    emit("changed");
    tab.open(copy.dataset);
  });
  const dialog = openDialog(`Duplicate ${dataset.name}`, "", form);
  name.input.focus();
}

/**
 * Ask before a dataset is deleted, and delete it.
 * @param {Dataset} dataset
 * @param {DataTab} tab
 */
export function askToDelete(dataset, { server, report, refresh }) {
  const title = `Delete ${dataset.name}`;
  const labels = plural(dataset.labelled_by_people, "human label");
  const text = `This deletes ${plural(dataset.pairs, "pair")} and ${labels}, and cannot be undone. Runs trained on them are kept.`;
  confirmAction(title, text, title, async () => {
    try {
      await server.delete_dataset({ dataset: dataset.name });
      toast(`${dataset.name} is deleted`);
      emit("changed");
      refresh();
    } catch (error) {
      report(error);
    }
  });
}

/**
 * Import the bundled sample again.
 * @param {DataTab} tab
 */
export async function loadSample(tab) {
  try {
    tab.arrive(await tab.server.load_sample());
  } catch (error) {
    tab.report(error);
  }
}
