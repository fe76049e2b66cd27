// The quality report: findings that lead to their rows, and what labels and lengths look like.

import { goTo } from "../lib/address.js";
import { resolveColours } from "../lib/colours.js";
import { button, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, formatInt, formatPercent, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { loadPlotly } from "../lib/plotly.js";
import { rights } from "./shared.js";

export const drawQuality = async (node, name, context) => {
  const { server, say, showRows, changed, badge } = context;
  const SHAPES = {
    blocks: ["octagon", "Blocks training"],
    look: ["warn", "To look at"],
    note: ["info", "Good to know"],
  };
  node.rrTurn = (node.rrTurn || 0) + 1;
  let mark = node.rrTurn;
  let base = node.rrBase || null,
    most = null;
  const current = () => node.isConnected && node.rrTurn === mark;
  const ask = async (act) => {
    let told;
    try {
      told = await act();
    } catch (error) {
      if (current())
        fill(
          node,
          errorBox(
            error,
            button("Try again", () => ask(act)),
          ),
        );
      return;
    }
    if (!current()) return;
    show(told);
    if (told.checking)
      setTimeout(() => current() && ask(() => server.quality_report({ dataset: name, base })), 700);
  };
  // A check takes the turn: its button may stand from before the view was opened again.
  const begin = () => {
    mark = ++node.rrTurn;
    return ask(() => server.check_quality({ dataset: name, base, max_length: most }));
  };
  if (!node.firstChild) fill(node, h("div", { class: "rr-card rr-card-body" }, skeleton(6)));
  ask(() => server.quality_report({ dataset: name, base }));

  function show(told) {
    const { report } = told;
    badge(
      report ? report.findings.filter((one) => one.severity !== "note").length : 0,
      report?.findings.some((one) => one.severity === "blocks"),
    );
    const choice = h(
      "select",
      {
        class: "rr-select",
        "aria-label": "Base model",
        onchange: () => {
          base = choice.value;
          node.rrBase = base;
          ask(() => server.quality_report({ dataset: name, base }));
        },
      },
      [
        ...told.bases,
        ...(told.bases.some(([, id]) => id === told.base) ? [] : [[told.base, told.base]]),
      ].map(([text, id]) => h("option", { value: id }, text)),
    );
    choice.value = told.base;
    const now = report?.lengths?.max_length,
      cuts = [...new Set([64, 128, 256, 384, 512, now])].filter(Boolean).sort((a, b) => a - b);
    const cut =
      now &&
      rights.mayChange &&
      h(
        "select",
        {
          class: "rr-select",
          "aria-label": "Cut at",
          onchange: () => {
            most = Number(cut.value);
            begin();
          },
        },
        cuts.map((n) => h("option", { value: n }, `cut at ${n} tokens`)),
      );
    if (cut) cut.value = now;
    const tools = h(
      "div",
      { class: "rr-card-head rr-quality-head" },
      h("b", {}, "Findings"),
      h("span", { class: "rr-muted" }, report ? summary(report) : ""),
      h("span", { class: "rr-grow" }),
      choice,
      cut,
      told.checking
        ? working(told.checking)
        : [
            h(
              "span",
              { class: "rr-muted" },
              report
                ? `${told.stale ? "labels changed since the check " : "checked "}${formatAgo(report.checked_at)}`
                : "",
            ),
            rights.mayChange &&
              button(report ? "Check again" : "Check this dataset", begin, {
                kind: report && !told.stale ? "" : "primary",
              }),
          ],
    );
    const main = h(
      "div",
      { class: "rr-card rr-quality-main" },
      tools,
      told.failed && h("div", { class: "rr-card-body" }, errorBox(told.failed)),
      report
        ? findings(told)
        : h(
            "p",
            { class: "rr-card-body rr-muted" },
            "The check reads every pair: labels, duplicates, leaks between the splits, and what the base model makes of the texts. It takes seconds for thousands of pairs and runs beside your work.",
          ),
    );
    fill(node, h("div", { class: report ? "rr-quality" : "" }, main, report && aside(told)));
    if (report) draw(told);
  }
  const working = ({ phase = "starting", part = 0 }) => [
    h("span", { class: "rr-muted", role: "status" }, `${phase} ${Math.round(100 * part)}%`),
    button(
      "Stop",
      async () => {
        try {
          await server.stop_check({ dataset: name, base });
          ask(() => server.quality_report({ dataset: name, base }));
        } catch (error) {
          say(error);
        }
      },
      { kind: "small" },
    ),
  ];
  const summary = ({ findings }) => {
    const n = (kind) => findings.filter((one) => one.severity === kind).length;
    return `${n("blocks") ? `${n("blocks")} blocking, ` : ""}${n("look")} warnings, ${n("note")} notes`;
  };
  const findings = ({ report, base: asked }) => [
    report.notice && h("p", { class: "rr-card-body rr-note rr-quality-notice" }, report.notice),
    report.findings.map((one) => {
      const [shape, word] = SHAPES[one.severity];
      return h(
        "div",
        { class: `rr-finding ${one.severity}` },
        icon(shape),
        h("span", { class: "rr-sr" }, word),
        h(
          "div",
          { class: "rr-grow" },
          h("b", {}, one.fact),
          h("p", {}, one.mend),
          one.key === "unknown" && seen(report),
        ),
        h(
          "div",
          { class: "rr-finding-acts" },
          act(one),
          one.rows
            ? linkButton(`Show ${plural(one.rows, "row")}`, () =>
                showRows(`${one.key} of ${asked}`, one.fact),
              )
            : null,
        ),
      );
    }),
    h(
      "div",
      { class: "rr-finding clean" },
      icon("finished"),
      h("span", { class: "rr-muted rr-grow" }, `Nothing found: ${report.clean.join(", ")}`),
    ),
  ];
  const act = (one) =>
    one.act === "join sides"
      ? rights.mayChange &&
        button(
          "Bring together",
          async () => {
            try {
              const done = await server.join_sides({ dataset: name });
              await changed(done, `${plural(done.pairs, "pair")} moved, each query is on one side`);
              begin();
            } catch (error) {
              say(error);
            }
          },
          { kind: "small primary" },
        )
      : one.act === "decide"
        ? button("Decide", () => goTo("annotate", { dataset: name, view: null }), { kind: "small" })
        : one.act === "choose a base"
          ? button("Choose a base", () => goTo("train", { dataset: name, view: null }), {
              kind: "small",
            })
          : null;
  const seen = ({ seen: texts }) =>
    texts.length
      ? h(
          "table",
          { class: "rr-table rr-seen" },
          h("thead", {}, h("tr", {}, h("th", {}, "Text"), h("th", {}, "What the base model sees"))),
          h(
            "tbody",
            {},
            texts.map(({ text, tokens }) =>
              h(
                "tr",
                {},
                h("td", { dir: "auto", title: text }, text),
                h(
                  "td",
                  { class: "tokens" },
                  tokens.map(([token, unknown]) =>
                    h("code", { class: unknown ? "unknown" : "" }, unknown ? "UNK" : token),
                  ),
                ),
              ),
            ),
          ),
        )
      : null;

  const aside = ({ report, hidden }) => {
    const { balance: told, lengths } = report,
      whole = told.labels.reduce((sum, [, n]) => sum + n, 0) + told.disputed + told.unlabelled;
    const parts = [
      ...told.labels.map(([label, n]) => [label > 0 ? "pos" : "neg-line", String(label), n]),
      ["disp", "disputed", told.disputed],
      ["line2", "no label", told.unlabelled],
    ].filter(([, , n]) => n);
    const card = (title, fact, ...content) =>
      h(
        "div",
        { class: "rr-card rr-card-body" },
        h(
          "div",
          { class: "rr-row rr-aside-head" },
          h("b", { class: "rr-grow" }, title),
          h("span", { class: "rr-muted" }, fact),
        ),
        content,
      );
    const hiddenBalance = () =>
      card(
        "Label balance",
        "",
        h(
          "p",
          { class: "rr-muted" },
          "Labels are hidden from you here, so the report shows texts and splits only.",
        ),
      );
    const balance = () =>
      card(
        "Label balance",
        plural(whole, "pair"),
        h(
          "div",
          { class: "rr-stack", "aria-hidden": "true" },
          parts.map(([colour, , n]) =>
            h("i", { style: `flex-grow:${n};background:var(--rr-${colour})` }),
          ),
        ),
        parts.map(([colour, word, n]) =>
          h(
            "div",
            { class: "rr-legend" },
            h("i", { style: `background:var(--rr-${colour})` }),
            h("span", { class: "rr-grow" }, word),
            h("b", {}, formatInt(n)),
            h("span", { class: "rr-muted rr-share" }, formatPercent(n, whole)),
          ),
        ),
      );
    const splitWords = ({ queries, positives, pairs }) =>
      plural(queries, "query", "queries") +
      (positives === null ? "" : `, ${formatPercent(positives, pairs)} positive`);
    return h(
      "aside",
      { class: "rr-quality-side" },
      hidden ? hiddenBalance() : balance(),
      card(
        "Split",
        "",
        ["train", "dev", "test"].map((split) =>
          h(
            "div",
            { class: "rr-legend" },
            h("span", { class: "rr-grow" }, split),
            h("span", { class: "rr-muted" }, splitWords(told.splits[split])),
            h("b", {}, formatInt(told.splits[split].pairs)),
          ),
        ),
      ),
      card(
        "Pairs per query",
        `median ${told.median_per_query}`,
        h("div", { class: "rr-figure", "data-figure": "per_query", "aria-hidden": "true" }),
        h(
          "p",
          { class: "rr-sr" },
          told.per_query.map(([word, n]) => `${n} queries with ${word}`).join(", "),
        ),
      ),
      lengths &&
        card(
          "Length of a pair",
          `median ${formatInt(lengths.median)} tokens`,
          h("div", { class: "rr-figure", "data-figure": "lengths", "aria-hidden": "true" }),
          [...lengths.labels]
            .sort(([a], [b]) => (a === null) - (b === null))
            .map(([label, , cut]) =>
              h(
                "div",
                { class: "rr-legend" },
                h("i", {
                  style: `background:var(--rr-${label === null ? "line2" : label > 0 ? "pos" : "neg-line"})`,
                }),
                h(
                  "span",
                  { class: "rr-grow" },
                  label !== null ? String(label) : hidden ? "all pairs" : "none or disputed",
                ),
                h(
                  "span",
                  { class: cut > 0.05 ? "rr-cut-share" : "rr-muted" },
                  `${(100 * cut).toFixed(1)}% cut at ${lengths.max_length}`,
                ),
              ),
            ),
          report.sampled < report.pairs &&
            h(
              "p",
              { class: "rr-note" },
              `From ${formatInt(report.sampled)} pairs, evenly from all.`,
            ),
        ),
      report.coverage &&
        card(
          "Base model",
          report.base.split("/").pop(),
          [
            ["Tokens that are [UNK]", `${(100 * report.coverage.unknown).toFixed(1)}%`],
            ["Tokens a character", report.coverage.tokens_per_character.toFixed(2)],
            ["Colliding words", `${(100 * report.coverage.merged_words).toFixed(1)}%`],
            ["Colliding texts", `${(100 * report.coverage.merged_texts).toFixed(1)}%`],
          ].map(([word, value]) =>
            h(
              "div",
              { class: "rr-legend" },
              h("span", { class: "rr-grow" }, word),
              h("b", {}, value),
            ),
          ),
        ),
    );
  };
  const draw = async ({ figures, plotly }) => {
    try {
      await loadPlotly(plotly);
    } catch {
      return;
    }
    for (const box of node.querySelectorAll(".rr-figure")) {
      const figure = figures[box.dataset.figure];
      if (figure)
        window.Plotly.react(box, resolveColours(figure.data), resolveColours(figure.layout), {
          displayModeBar: false,
          responsive: true,
        });
    }
  };
};
