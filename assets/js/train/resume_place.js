// Where a run is resumed: asked where there are several places.

import { openDialog } from "../lib/dialog.js";
import { choiceField, fieldForm } from "../lib/forms.js";

/**
 * Ask where a run is resumed.
 * @param {string} name of the run
 * @param {ResumePlace[]} places the first is where it trained
 * @param {(executor: string) => Promise<() => unknown>} prepare throws a refusal; else what follows
 */
export function choosePlace(name, places, prepare) {
  /** @type {[string, string][]} */
  const options = places.map(({ value, word }) => [value, word]);
  const field = choiceField("Trains on", options, places[0].value);
  const form = fieldForm([field], "Resume", async (executor) => {
    const proceed = await prepare(executor);
    dialog.close(); // first, so that a question on the price takes the focus
    proceed();
  });
  const dialog = openDialog(`Resume ${name}`, "", form);
  field.input.focus();
}
