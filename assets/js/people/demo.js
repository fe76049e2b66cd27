// What a demo shows: title, text, dataset, run and queries; for admins.

import { errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { choiceField, fieldForm, textField } from "../lib/forms.js";
import { toast } from "../lib/toast.js";

const TEXT =
  "A server started with serve --demo shows everyone the Playground, read-only, with this dataset and run alone.";

/**
 * Open the choice of what a demo shows.
 * @param {HeaderServer} server
 */
export async function openDemo(server) {
  const body = h("div", skeleton(6));
  const dialog = openDialog("Demo", "wide", h("p.rr-muted", TEXT), body);
  try {
    const settings = await server.demo_settings();
    const form = demoForm(settings, async (values) => {
      await server.set_demo(values);
      dialog.close();
      toast("The demo is saved");
    });
    fill(body, form);
  } catch (error) {
    fill(body, errorBox(error));
  }
}

/**
 * @param {DemoSettings} settings
 * @param {(values: DemoSent) => Promise<void>} save
 */
function demoForm(settings, save) {
  const { datasets, runs } = settings;
  const title = textField("Title", { value: settings.title });
  const text = areaField("Text below the title", settings.text, 3);
  const names = datasets.map((name) => /** @type {[string, string]} */ ([name, name]));
  const dataset = choiceField("Dataset", [["", "that of the run"], ...names], settings.dataset);
  const choices = runs.map(({ id, name, dataset: of }) => {
    return /** @type {[string, string]} */ ([id, `${name} (${of})`]);
  });
  const run = choiceField("Run", [["", "the newest with a model"], ...choices], settings.run);
  const queries = areaField("Queries to begin with, one per line", settings.queries.join("\n"), 4);
  const fields = [title, text, dataset, run, queries];
  return fieldForm(fields, "Save", (...values) => {
    const [word, words, set, number, lines] = values;
    const entered = lines.split("\n").filter((line) => line.trim());
    return save({ title: word, text: words, dataset: set, run: number, queries: entered });
  });
}

/**
 * @param {string} label
 * @param {string} value
 * @param {number} rows
 */
function areaField(label, value, rows) {
  const input = h("textarea.rr-entry", { rows, maxlength: 2000 });
  input.value = value;
  return { input, row: h("label.rr-labelled", h("span", label), input) };
}
