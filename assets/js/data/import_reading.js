// How a file was read: its columns, a preview, the report, and the button that imports it.

import { button, errorBox, linkButton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatInt, formatSize, oneLine, plural, withoutOptions } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { drawColumns } from "./import_columns.js";
import { drawOptions } from "./import_options.js";
import { drawLedger, drawLeftOut, drawRepair } from "./import_report.js";
import { drawImportScale } from "./import_scale.js";
import { askedColumns, unreadColumns } from "./import_sides.js";
import { TargetFoot } from "./import_target.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

const NAMES_NOT_NUMBERS =
  "The labels are names, not numbers. Enter a number for each label above; empty ones are skipped.";
/** @type {Record<string, string>} */
const KINDS = {
  "json lines": "JSON Lines",
  json: "JSON",
  parquet: "Parquet",
  blanks: "TREC",
  workbook: "Excel",
  beir: "BEIR",
};

/**
 * How a file was read, or why it was refused.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
export function drawReading(panel, state) {
  const columns = state.plan?.columns || state.columns || [];
  const breaks = !!panel.answers.passage_template;
  const shown = preview(state, breaks);
  const grid = h("div.rr-import-grid", drawColumns(panel, state, columns), shown);
  return h(
    "div.rr-card.rr-import",
    strip(panel, state),
    panel.changing && drawOptions(panel, state.plan ?? {}),
    state.refused &&
      h("div.rr-card-body", errorBox(withoutOptions(state.refused)), textFiles(panel, state)),
    columns.length || state.preview ? grid : null,
    state.asks === "labels" && h("div.rr-card-body", errorBox(NAMES_NOT_NUMBERS)),
    state.scale && drawImportScale(panel, state.scale, state.histogram ?? []),
    state.report && h("div.rr-import-grid", drawLedger(state), drawLeftOut(panel, state)),
    state.report && unreadColumns(panel, state),
    state.report && panel.further.draw(state.further),
    state.mojibake && drawRepair(panel, state.mojibake),
    state.not_stored && h("div.rr-card-body", errorBox(withoutOptions(state.not_stored))),
    state.report && foot(panel, state, state.report),
  );
}

/**
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 * @param {ImportReport} report
 */
function foot(panel, state, report) {
  panel.foot = new TargetFoot(panel, report, waits(panel, state));
  return panel.foot.node;
}

/**
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
function strip(panel, state) {
  const change = linkButton(panel.changing ? "Done" : "Change", () => panel.toggleOptions(state));
  return h(
    "div.rr-strip",
    icon("file"),
    h("b.rr-cut", { title: fileNames(state), tabindex: -1 }, fileTitle(state)),
    h("span.rr-muted", state.hub ? "from the Hub" : formatSize(state.bytes)),
    state.plan && h("span.rr-read-as", readAs(state.plan, state.report)),
    change,
    h("span.rr-grow"),
    !state.hub && addFiles(panel),
    button("Another file", () => panel.cancel(), { kind: "small" }),
  );
}

/** @param {ReadOrRefused} state */
function fileTitle({ file, more }) {
  return more?.length ? `${file} and ${plural(more.length, "more file")}` : file;
}

/** @param {ReadOrRefused} state */
function fileNames({ file, more = [] }) {
  return [file, ...(more ?? [])].join(", ");
}

/** @param {ImportPanel} panel */
function addFiles(panel) {
  /** @type {HTMLInputElement} */
  const input = h("input.rr-sr", {
    type: "file",
    multiple: true,
    onchange: () => panel.begin([...(input.files ?? [])]),
  });
  return h("label.rr-button.small", "Add files", input);
}

/**
 * Whether a column waits for a word on what it holds.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
function waits(panel, state) {
  return askedColumns(state).some(({ column }) => !panel.confirmed.has(column));
}

/**
 * @param {ReadingPlan} plan
 * @param {ImportReport} [report]
 */
function readAs(plan, report) {
  const delimited = plan.delimiter === "tab" ? "TSV" : "CSV";
  const container = plan.container ?? "";
  const kind = container === "delimited" ? delimited : KINDS[container] || container;
  const plain = ["pairs", "trec", "beir", "trec-run"].includes(plan.format ?? "");
  const quotes = plan.quotes ? "quotes on" : "quotes off";
  const words = [
    plain ? null : plan.format,
    plan.encoding?.toUpperCase().replace("-SIG", ""),
    plan.delimiter,
    plan.quotes === null ? null : quotes,
    plan.header === false ? "no header" : null,
    report && plural(report.records, "record"),
  ];
  return ["Read as ", h("b", kind), ...words.filter(Boolean).map((word) => `, ${word}`)];
}

/**
 * @param {ReadOrRefused} state
 * @param {boolean} breaks whether passages keep their line breaks
 */
function preview({ preview: rows = [] }, breaks) {
  if (!rows.length) {
    return h("div.rr-import-main", h("p.rr-muted", "Map the columns to see a preview."));
  }
  const lines = rows.map((row) =>
    h(
      "tr",
      h("td.rr-num.rr-faint", formatInt(row.line)),
      h("td", { dir: "auto", title: row.query }, oneLine(row.query)),
      h(
        "td",
        { dir: "auto", title: row.passage, class: breaks && "rr-lines" },
        breaks ? row.passage : oneLine(row.passage),
      ),
      h("td", row.label),
    ),
  );
  const heads = [
    h("th.line.rr-num", "Line"),
    h("th", "Query"),
    h("th", "Passage"),
    h("th.label", "Label"),
  ];
  return h(
    "div.rr-import-main",
    h("h3", "Preview ", h("span.rr-muted", `first ${rows.length}`)),
    h("table.rr-table.rr-data-preview", h("thead", h("tr", heads)), h("tbody", lines)),
  );
}

/**
 * For judgments by id: the files with the texts, if they are missing.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
function textFiles(panel, state) {
  if (!state.columns || !/corpus/.test(state.refused || "")) return null;
  /**
   * @param {"corpus" | "queries"} role
   * @param {File | undefined} file
   */
  const add = async (role, file) => {
    if (!file) return;
    try {
      const { path } = await panel.context.upload(file);
      await panel.server.add_texts({ token: panel.token, role, path, name: file.name });
      panel.readAgain({});
    } catch (error) {
      panel.context.report(error);
    }
  };
  /**
   * @param {"corpus" | "queries"} role
   * @param {string} text
   */
  const field = (role, text) => {
    /** @type {HTMLInputElement} */
    const input = h("input.rr-sr", { type: "file", onchange: () => add(role, input.files?.[0]) });
    return h("label.rr-button", icon("upload"), state[role] || text, input);
  };
  const corpus = field("corpus", "Add the passages (corpus)");
  const queries = field("queries", "Add the queries");
  const note = h("span.rr-faint", "id and text, as BEIR, JSON Lines, CSV or TSV");
  return h("div.rr-row", { style: "margin-top:12px" }, corpus, queries, note);
}
