// Review: how the dataset is labelled, chosen by its owner for everyone.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { toast } from "../lib/toast.js";
import { openGuidelines } from "./guidelines.js";
import { PeopleRights } from "./people_rights.js";

/** @type {[order: StreamOrder, word: string, why: string][]} */
const ORDERS = [
  ["unlabelled", "Unlabelled first", "in the order of the file"],
  ["query", "By query", "all candidates of one query in sequence"],
  ["random", "Random", "labels represent the whole dataset"],
  ["disputed", "Disputed", "pairs that annotators do not agree on yet"],
  [
    "uncertain",
    "Model-uncertain first",
    "pairs that a run or cosine is least certain of; 20% random so labels stay usable for evaluation",
  ],
];
const OVERLAP_NOTE =
  "With more than one, several people label the same pairs and agreement can be measured.";
const BLIND_NOTE = " labels of other annotators, imported labels, and scores of runs";
const NO_GUIDELINES =
  "None yet. Two or three sentences on what counts as relevant improve agreement.";

/** The section of the review with the settings of the dataset. */
export class SettingsSection {
  /**
   * @param {import("./session.js").Session} session
   * @param {HTMLElement} place
   */
  constructor(session, place) {
    this.session = session;
    this.box = h("div.rr-card.rr-an-settings", skeleton(8));
    this.errors = h("div", { role: "alert" });
    fill(place, this.box);
    this.load();
  }

  async load() {
    const { server, openDataset: dataset } = this.session;
    try {
      const settings = await server.stream_settings({ dataset });
      if (this.box.isConnected) this.draw(settings);
    } catch (error) {
      fill(this.box, h("div.rr-card-body", errorBox(error)));
    }
  }

  /** @param {LabellingSettings} settings */
  draw(settings) {
    const order = this.orderChoice(settings);
    const overlap = overlapChoice(settings.overlap);
    const blind = h("input", { type: "checkbox", checked: settings.blind });
    const rights = new PeopleRights(settings);
    const values = () => ({
      ...order.values(),
      overlap: Number(overlap.value),
      blind: blind.checked,
      ...rights.values(),
    });
    const save = button("Save settings", () => this.save(save, values()), { kind: "primary" });
    const note = h("span", "They apply to everyone who labels this dataset.");
    fill(
      this.box,
      part("Order", order.node),
      part("Annotators per pair", h("div.rr-row", overlap, h("span.rr-muted", OVERLAP_NOTE))),
      part("Blind", option(blind, "Hide what others think", BLIND_NOTE)),
      part("People", rights.node),
      part("Guidelines", this.guidelines()),
      h("div.rr-card-foot", save, note, this.errors),
    );
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {Omit<StreamChanges, "dataset">} values
   */
  async save(button, values) {
    button.disabled = true;
    fill(this.errors);
    try {
      const dataset = this.session.openDataset;
      await this.session.server.set_stream({ dataset, ...values });
      await this.session.rules.reopen();
      toast("The settings are saved for everyone");
    } catch (error) {
      fill(this.errors, errorBox(error));
    }
    button.disabled = false;
  }

  /** @param {LabellingSettings} settings */
  orderChoice(settings) {
    const inputs = ORDERS.map(([value]) => {
      const checked = settings.order === value;
      return h("input", { type: "radio", name: "rr-an-order", value, checked });
    });
    const options = ORDERS.map(([, word, why], at) => option(inputs[at], word, ` ${why}`));
    const run = h("select.rr-select", { "aria-label": "Run" }, this.runOptions(settings));
    const runRow = h("div.rr-row.rr-an-run", h("span.rr-muted", "Run"), run);
    const chosen = () =>
      /** @type {StreamOrder} */ (inputs.find((input) => input.checked)?.value ?? settings.order);
    const showRun = () => runRow.classList.toggle("rr-hidden", chosen() !== "uncertain");
    for (const input of inputs) input.addEventListener("change", showRun);
    showRun();
    const label = { role: "radiogroup", "aria-label": "Order" };
    return {
      node: [h("div.rr-an-options", label, options), runRow],
      values: () => {
        const order = chosen();
        return { order, run: order === "uncertain" && run.value ? Number(run.value) : null };
      },
    };
  }

  /** @param {LabellingSettings} settings */
  runOptions({ runs, run: chosen, order }) {
    const selected = !runs.length || (order === "uncertain" && !chosen);
    const cosine = h("option", { value: "", selected }, "Cosine, without a run");
    const options = runs.map((run) => {
      const own = run.dataset === this.session.dataset;
      const properties = { value: run.id, selected: run.id === chosen };
      return h("option", properties, own ? run.name : `${run.name} (${run.dataset})`);
    });
    return [...options, cosine];
  }

  guidelines() {
    const row = h("div.rr-row");
    const draw = () => {
      const { text, version } = this.session.stream.guidelines;
      const some = text.trim();
      const open = () => openGuidelines(this.session).addEventListener("close", draw);
      const read = `Version ${version}. Each label records the version it was given under.`;
      const act = button(some ? "Read and edit" : "Write guidelines", open, { icon: "edit" });
      fill(row, act, h("span.rr-muted", some ? read : NO_GUIDELINES));
    };
    draw();
    return row;
  }
}

/**
 * @param {string} title
 * @param {Child} content
 */
function part(title, content) {
  return h("section.rr-an-setting", h("h2", title), h("div", content));
}

/**
 * @param {HTMLInputElement} input
 * @param {string} word
 * @param {string} note
 */
function option(input, word, note) {
  const text = h("span", h("b", word), h("span.rr-muted", note));
  return h("label.rr-an-option", input, text);
}

/** @param {number} chosen */
function overlapChoice(chosen) {
  const options = Array.from({ length: 9 }, (_, at) => {
    const value = at + 1;
    return h("option", { value, selected: value === chosen }, String(value));
  });
  return h("select.rr-select", { "aria-label": "Annotators per pair" }, options);
}
