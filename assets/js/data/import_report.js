// The report of a reading: read = kept + left out for a reason, beside the rows left out.

import { button, linkButton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { saveText } from "../lib/files.js";
import { formatInt, oneLine, plural, withoutOptions } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { tableHead } from "../lib/table.js";
import { csvText } from "./csv.js";
import { askedColumns } from "./import_sides.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

const REASONS = {
  duplicate: "Duplicate",
  blank: "Blank",
  bad_label: "Bad label",
  unreadable: "Unreadable",
};

/**
 * The counts of a reading: kept, and left out for each reason.
 * @param {ReadOrRefused} state
 */
export function drawLedger(state) {
  const { report, notes = [] } = /** @type {ReadOrRefused & { report: ImportReport }} */ (state);
  /**
   * @param {string} kind
   * @param {string} word
   * @param {number} count
   */
  const line = (kind, word, count) =>
    h(
      "div.rr-ledger",
      { class: kind },
      kind && kind !== "total" && h("i"),
      h("span.rr-grow", word),
      h("span", formatInt(count)),
    );
  const notLabelled = report.unlabelled + report.blank + report.bad_label + report.unreadable;
  const grouped = report.pairs !== report.records && report.pairs + notLabelled !== report.records;
  const conflicts = `${plural(report.conflicts, "pair")} came with more than one label: kept as disputed, for annotators to decide.`;
  return h(
    "div.rr-import-side",
    h("h3", "Report"),
    line("total", "Records read", report.records),
    grouped && line("", "Labelled pairs in these records", report.pairs),
    line("kept", "Kept", report.kept + report.unlabelled),
    report.unlabelled > 0 && line("kept light", "of these without a label", report.unlabelled),
    report.duplicate > 0 && line("again", "Duplicates", report.duplicate),
    report.blank > 0 && line("bad", "Blank", report.blank),
    report.bad_label > 0 && line("bad", "Bad label", report.bad_label),
    report.unreadable > 0 && line("bad", "Unreadable", report.unreadable),
    report.conflicts > 0 && h("p.rr-note", conflicts),
    notes.map((note) => h("p.rr-note", withoutOptions(note))),
  );
}

/**
 * The first rows that were left out, and a file with all of them.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
export function drawLeftOut(panel, state) {
  const { report, left_out: rows = [] } = /** @type {ReadOrRefused & { report: ImportReport }} */ (
    state
  );
  const unread = askedColumns(state);
  if (!rows.length && unread.length) {
    const text = h("p.rr-muted", "Every record becomes a pair. Confirm below what is not read.");
    const title = h("h3", `${plural(unread.length, "column")} to confirm`);
    return h("div.rr-import-main", title, text);
  }
  if (!rows.length) {
    const text = h("p.rr-muted", "Every record becomes a pair.");
    return h("div.rr-import-main", h("h3", "Nothing is left out"), text);
  }
  const count = report.duplicate + report.blank + report.bad_label + report.unreadable;
  const save = linkButton("rejects.csv", () => saveRejects(panel));
  save.prepend(icon("download"));
  const lines = rows.map((row) =>
    h(
      "tr",
      h("td.rr-num.rr-faint", formatInt(row.line)),
      h("td.rr-strong", REASONS[row.reason]),
      h("td", { title: row.why }, row.why),
      h("td.rr-muted.rr-desk", { dir: "auto", title: row.row }, oneLine(row.row)),
    ),
  );
  const head = tableHead([["Line", "line rr-num"], ["Why", "why"], "Cause", ["Row", "rr-desk"]]);
  const first = `The first ${rows.length} are shown; rejects.csv has all of them.`;
  return h(
    "div.rr-import-main",
    h("div.rr-row", h("h3.rr-grow", `${plural(count, "row")} left out`), save),
    h("div.rr-left", h("table.rr-table", head, h("tbody", lines))),
    rows.length < count && h("p.rr-faint", first),
  );
}

/** @param {ImportPanel} panel */
async function saveRejects(panel) {
  const lines = [["line", "reason", "cause", "row"]];
  try {
    for (let after = 0, rows; ; after = rows[rows.length - 1].id) {
      rows = await panel.server.left_out({ token: panel.token, after });
      if (!rows.length) break;
      lines.push(...rows.map((row) => [String(row.line), row.reason, row.why, row.row]));
    }
  } catch (error) {
    panel.context.report(error);
    return;
  }
  saveText("rejects.csv", csvText(lines), "text/csv");
}

/**
 * Texts that were read with the wrong encoding before they were written to this file.
 * @param {ImportPanel} panel
 * @param {MojibakeReport} mojibake
 */
export function drawRepair(panel, { texts, lost, repaired, encoding, examples, left }) {
  const all = plural(texts, "text");
  const look = texts === 1 ? "looks" : "look";
  const title = repaired ? `${all} repaired` : `${all} ${look} as if read with the wrong encoding`;
  const lines = [...new Set(left.map(({ line }) => formatInt(line)))].join(", ");
  const beyondRepair = `${plural(lost, "more text")} lost bytes and cannot be repaired, the first on line ${lines}.`;
  const sentences = [
    `UTF-8 read as ${encoding}.`,
    repaired ? "" : "Nothing changes until you repair them.",
    lost ? beyondRepair : "",
  ];
  const set = () => panel.readAgain({ repair: repaired ? null : true });
  const act = button(repaired ? "Keep original" : `Repair ${all}`, set, { kind: "small" });
  const rows = examples.map(({ line, before, after }) =>
    h(
      "tr",
      h("td.rr-num.rr-faint", formatInt(line)),
      h("td", { title: before, dir: "auto" }, before),
      h("td", { title: after, dir: "auto" }, after),
    ),
  );
  const head = tableHead([
    ["Line", "line rr-num"],
    ...(repaired ? ["Before", "After"] : ["Now", "Repaired"]),
  ]);
  const text = h("p", sentences.filter(Boolean).join(" "));
  return h(
    "div.rr-mojibake",
    h(
      "div.rr-row",
      icon(repaired ? "finished" : "warn"),
      h("div.rr-grow", h("b", title), text),
      act,
    ),
    h("table.rr-table", head, h("tbody", rows)),
  );
}
