// The dialog that names a run and writes its note.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { fieldForm } from "../lib/forms.js";

/**
 * Open the dialog for the name and the note of a run.
 * @param {ListedRun} run
 * @param {(changes: { name: string, note: string }) => Promise<unknown>} save throws a refusal
 */
export function editRun(run, save) {
  const name = h("input.rr-entry", { value: run.name, maxlength: 80, autocomplete: "off" });
  const note = h("textarea.rr-entry", { rows: 4, maxlength: 4000 });
  note.value = run.note;
  const fields = [
    { input: name, row: h("label.rr-labelled", h("span", "Name"), name) },
    { input: note, row: h("label.rr-labelled", h("span", "Note"), note) },
  ];
  const form = fieldForm(fields, "Save", async (newName, newNote) => {
    await save({ name: newName, note: newNote });
    dialog.close();
  });
  const dialog = openDialog(`Name and note of ${run.name}`, "", form);
  name.select();
}
