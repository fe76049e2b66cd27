// Where a run is resumed, and on how many processes: asked where there are several places.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { choiceField, fieldForm } from "../lib/forms.js";
import { ProcessCount } from "./process_count.js";

/**
 * Ask where a run is resumed.
 * @param {string} name of the run
 * @param {OfferedPlace[]} places the first is where it trained
 * @param {(place: ChosenPlace) => Promise<() => unknown>} prepare throws a refusal; else what follows
 */
export function choosePlace(name, places, prepare) {
  /** @type {[string, string][]} */
  const options = places.map(({ value, word }) => [value, word]);
  const count = new ProcessCount("rr-entry");
  const row = h("label.rr-labelled", count.word, count.input);
  const show = (/** @type {string} */ chosen) => {
    count.offer(places.find(({ value }) => value === chosen) ?? places[0]);
    row.hidden = count.hidden;
  };
  const field = choiceField("Trains on", options, places[0].value, show);
  show(places[0].value);
  const fields = [field, { input: count.input, row }];
  const form = fieldForm(fields, "Resume", async (executor) => {
    const proceed = await prepare({ executor, ...count.value });
    dialog.close(); // first, so that a question on the price takes the focus
    proceed();
  });
  const dialog = openDialog(`Resume ${name}`, "", form);
  field.input.focus();
}
