// The findings of a quality report, the serious ones first.

import { goTo } from "../lib/address.js";
import { button, linkButton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { table } from "../lib/table.js";
import { rights } from "./rights.js";

/** @typedef {import("./quality.js").QualityView} QualityView */

/** @type {Record<Severity, [IconName, string]>} */
const SHAPES = {
  blocks: ["octagon", "Blocks training"],
  look: ["warn", "Warning"],
  note: ["info", "Note"],
};

/**
 * The findings of a report, and what was checked and not found.
 * @param {QualityView} view
 * @param {QualityReport} report
 * @param {string} base as it was asked for; the rows of a finding are found by it
 */
export function drawFindings(view, report, base) {
  return [
    report.notice && h("p.rr-card-body.rr-note.rr-quality-notice", report.notice),
    report.findings.map((finding) => drawFinding(view, report, base, finding)),
    report.clean.length > 0 && passedChecks(report.clean),
    meaningOffer(view, report.compared),
  ];
}

/**
 * The check that reads meanings, which takes longer and is asked for.
 * @param {QualityView} view
 * @param {Compared} compared
 */
function meaningOffer(view, { meaning, meaning_passages: passages }) {
  if (typeof meaning === "number") {
    const queries = `The meaning of ${plural(meaning, "dev or test query", "dev and test queries")} was compared with train`;
    const more = typeof passages === "number" && plural(passages, "passage", "passages");
    const text = more
      ? `${queries}, that of ${more} with others of the same query.`
      : `${queries}.`;
    return h("p.rr-card-body.rr-faint", text);
  }
  if (!rights.mayChange) return null;
  const text =
    "These checks compare words. Comparing meanings also finds paraphrased queries in two splits and passages of one query that say the same.";
  const check = button("Compare meanings", () => view.checkMeaning(), { kind: "small" });
  return h("div.rr-finding.note", icon("info"), h("div.rr-grow", h("p", text)), check);
}

/**
 * The checks that found nothing.
 * @param {string[]} checks
 */
function passedChecks(checks) {
  const lines = checks.map((check) => h("li", icon("finished"), h("span", check)));
  return h("div.rr-finding.clean", h("div.rr-grow", h("b", "Passed"), h("ul.rr-passed", lines)));
}

/**
 * @param {QualityView} view
 * @param {QualityReport} report
 * @param {string} base
 * @param {QualityFinding} finding
 */
function drawFinding(view, report, base, finding) {
  const [shape, word] = SHAPES[finding.severity];
  const rows = `Show ${plural(finding.rows, "row")}`;
  const show = () => view.opened.showPairs(`${finding.key} of ${base}`, finding.fact);
  return h(
    "div.rr-finding",
    { class: finding.severity },
    icon(shape),
    h("span.rr-sr", word),
    h(
      "div.rr-grow",
      h("b", finding.fact),
      h("p", finding.mend),
      finding.key === "unknown" && seenTexts(report.seen),
    ),
    h("div.rr-finding-acts", action(view, finding), finding.rows ? linkButton(rows, show) : null),
  );
}

/**
 * @param {QualityView} view
 * @param {QualityFinding} finding
 */
function action(view, { act }) {
  const go = (/** @type {string} */ tab) => goTo(tab, { dataset: view.dataset, view: null });
  if (act === "decide") return button("Decide", () => go("annotate"), { kind: "small" });
  if (act === "choose a base") {
    return button("Choose a base model", () => go("train"), { kind: "small" });
  }
  if (act !== "join sides" || !rights.mayChange) return null;
  return button("Move to one split", () => view.joinSplits(), { kind: "small primary" });
}

/**
 * Texts with tokens that the base model does not know.
 * @param {QualityReport["seen"]} texts
 */
function seenTexts(texts) {
  if (!texts.length) return null;
  const rows = texts.map(({ text, tokens }) => {
    const codes = tokens.map(([token, unknown]) =>
      h("code", { class: unknown && "unknown" }, unknown ? "UNK" : token),
    );
    return h("tr", h("td", { dir: "auto", title: text }, text), h("td.tokens", codes));
  });
  return table("rr-table rr-seen", ["Text", "What the base model sees"], rows);
}
