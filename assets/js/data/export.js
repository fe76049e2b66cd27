// Exporting a dataset: the format, what it leaves out, and where to: a file or the Hub.

import { button, errorBox, setButtonText } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";

/** @type {[group: string, formats: string][]} */
const GROUPS = [
  ["Tables", "csv tsv jsonl json parquet datasets"],
  ["For training", "lists triplets n-tuples mteb cohere flagembedding tevatron ms-swift"],
  ["Judgments", "beir trec quepid-ratings quepid-book"],
  ["Annotation tools", "label-studio argilla prodigy"],
];
let lastFormat = "csv"; // offered first the next time

/**
 * Open the dialog that exports a dataset.
 * @param {string} name
 * @param {DataTab} tab
 */
export async function openExport(name, tab) {
  try {
    const formats = await tab.server.export_formats();
    new ExportDialog(name, tab.server, new Map(formats.map((format) => [format.key, format])));
  } catch (error) {
    tab.report(error);
  }
}

class ExportDialog {
  /**
   * @param {string} name
   * @param {DataServer} server
   * @param {Map<string, ExportFormat>} formats
   */
  constructor(name, server, formats) {
    this.name = name;
    this.server = server;
    this.formats = formats;
    this.format = h("select.rr-select", formatOptions(formats));
    this.format.value = lastFormat;
    this.place = h(
      "select.rr-select",
      h("option", { value: "file" }, "A file on this computer"),
      h("option", { value: "hub" }, "The Hugging Face Hub"),
    );
    for (const field of [this.format, this.place]) {
      field.addEventListener("change", () => this.draw());
    }
    this.safe = checkbox("Safe for spreadsheets: no text is read as a formula", true);
    this.open = checkbox("Public: anyone can read it", false);
    this.repo = textInput({ placeholder: "owner/name", spellcheck: "false" });
    this.token = textInput({ type: "password", placeholder: "empty: this server's own sign-in" });
    this.more = h("div");
    this.facts = h("ul.rr-export-facts");
    this.foot = h("div.rr-row.rr-export-foot");
    this.go = button("Export", () => this.run(), { kind: "primary", icon: "download" });
    this.cancel = button("Cancel", () => this.dialog.close(), { kind: "quiet" });
    fill(this.foot, this.go, this.cancel);
    const parts = [labelled("Format", this.format), this.more, this.facts, this.foot];
    this.dialog = openDialog(`Export ${name}`, "rr-widget-data rr-export", parts);
    this.draw();
  }

  get toHub() {
    return this.format.value === "datasets" && this.place.value === "hub";
  }

  draw() {
    const format = this.format.value;
    lastFormat = format;
    fill(
      this.more,
      ["csv", "tsv"].includes(format) && this.safe.node,
      format === "datasets" && labelled("Where to", this.place),
      this.toHub && [
        labelled("Dataset on the Hub", this.repo),
        labelled("Access token", this.token),
        this.open.node,
      ],
    );
    setButtonText(this.go, this.toHub ? "Push to the Hub" : "Export");
    const all = "Contains every pair with its label, every annotator's labels and its split.";
    this.listFacts(this.formats.get(format)?.never ?? [], all);
  }

  /**
   * @param {string[]} lines
   * @param {string} empty
   */
  listFacts(lines, empty) {
    const items = (lines.length ? lines : [empty]).map((line) => h("li", line));
    fill(this.facts, items);
  }

  async run() {
    this.go.disabled = true;
    setButtonText(this.go, this.toHub ? "Pushing…" : "Writing…");
    try {
      if (this.toHub) this.finish(await this.push(), false);
      else this.finish(await this.write(), true);
    } catch (error) {
      this.go.disabled = false;
      this.draw();
      this.more.append(errorBox(error));
    }
  }

  push() {
    const [repo, token] = [this.repo.value, this.token.value];
    const pushed = { dataset: this.name, repo, token, public: this.open.box.checked };
    return this.server.push_dataset(pushed);
  }

  write() {
    const [format, safe] = [this.format.value, this.safe.box.checked];
    return this.server.export({ dataset: this.name, format, safe });
  }

  /**
   * @param {Exported} exported
   * @param {boolean} isFile
   */
  finish({ path, pairs, lost }, isFile) {
    const root = window.gradio_config?.root || "";
    const href = isFile ? `${root}/gradio_api/file=${path}` : path;
    const target = isFile ? { download: "" } : { target: "_blank", rel: "noopener" };
    const link = h("a.rr-link", { href, ...target }, isFile ? path.split("/").pop() : path);
    const count = h("b", `${plural(pairs, "pair")} written`);
    fill(
      this.more,
      h("p.rr-export-done", { role: "status" }, icon("finished"), h("span", count, " to ", link)),
      h("span.rr-label", "Not included"),
    );
    this.listFacts(lost, "Nothing is left out.");
    const done = button("Done", () => this.dialog.close(), { kind: "primary" });
    const restart = button("Another format", () => this.restart(), { kind: "quiet" });
    fill(this.foot, done, restart);
    this.format.disabled = true;
    done.focus();
    if (isFile) link.click();
  }

  restart() {
    fill(this.foot, this.go, this.cancel);
    this.go.disabled = false;
    this.format.disabled = false;
    this.draw();
  }
}

/** @param {Map<string, ExportFormat>} formats */
function formatOptions(formats) {
  return GROUPS.map(([label, keys]) => {
    const options = keys.split(" ").map((value) => {
      const format = formats.get(value);
      return format && h("option", { value }, `${format.name} (${format.suffix})`);
    });
    return h("optgroup", { label }, options);
  });
}

/**
 * @param {string} text
 * @param {Child} field
 */
function labelled(text, field) {
  return h("label.rr-export-row", h("span.rr-label", text), field);
}

/**
 * @param {string} text
 * @param {boolean} checked
 */
function checkbox(text, checked) {
  const box = h("input", { type: "checkbox", checked });
  return { box, node: h("label.rr-check", box, text) };
}

/** @param {Properties} properties */
function textInput(properties) {
  return h("input.rr-field", { autocomplete: "off", ...properties });
}
