// Review: how far annotators agree, each two of them, and which label is taken for which.
// 81% with its interval; `interval` is [low, high] or null.

import { button, emptyState, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { labelChip } from "../lib/labels.js";
import { poll } from "../lib/poll.js";

export const formatShare = (value, interval) => {
  const p = (n) => Math.round(100 * n);
  return value === null || value === undefined
    ? h("span", { class: "rr-muted" }, "–")
    : h(
        "span",
        {},
        `${p(value)}%`,
        interval
          ? h("span", { class: "rr-muted rr-an-within" }, ` ${p(interval[0])}–${p(interval[1])}`)
          : null,
      );
};

export const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .join("")
    .slice(0, 2)
    .toUpperCase();

export const personMark = (name) => {
  const text = h("span", { class: "rr-cut" });
  text.textContent = name;
  return h(
    "span",
    { class: "rr-an-person" },
    h("span", { class: "rr-avatar plain", "aria-hidden": "true" }, initials(name)),
    text,
  );
};

export const agreementSection = (A, place) => {
  const box = h("div", { class: "rr-an-report" }, h("div", { class: "rr-card" }, skeleton(6)));
  const two = (n) => (n === null || n === undefined ? "–" : n.toFixed(2).replace("-", "−"));
  const tile = (name, value, more, within) =>
    h(
      "div",
      { class: "rr-tile" },
      h("dt", {}, name),
      h("dd", {}, value, more ? h("small", {}, more) : null),
      within ? h("div", { class: "rr-faint" }, within) : null,
    );
  const range = (interval, by = two) =>
    interval ? `${by(interval[0])} to ${by(interval[1])} (95%)` : null;
  const percent = (n) => `${Math.round(100 * n)}%`;
  const tiles = (told) =>
    h(
      "dl",
      { class: "rr-card rr-tiles rr-an-tiles" },
      tile(
        "Pairs with two labels or more",
        formatInt(told.shared),
        told.votes < told.all_votes ? `newest of ${formatInt(told.all_votes)} labels` : null,
      ),
      tile(
        "Labels that are equal",
        percent(told.percent),
        null,
        range(told.intervals.percent, percent),
      ),
      tile(
        "Krippendorff’s alpha",
        two(told.alpha),
        null,
        told.alpha === null ? "all labels are the same" : range(told.intervals.alpha),
      ),
      told.kappa === null
        ? null
        : tile("Cohen’s kappa", two(told.kappa), null, range(told.intervals.kappa)),
    );
  const between = (rows) =>
    h(
      "section",
      {},
      h(
        "div",
        { class: "rr-section" },
        h("h2", {}, "Pairwise agreement"),
        h("span", { class: "rr-muted" }, "most shared pairs first"),
      ),
      h(
        "div",
        { class: "rr-card" },
        h(
          "table",
          { class: "rr-table rr-an-between" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              [
                ["Annotator"],
                ["and"],
                ["Shared pairs", "rr-num"],
                ["Agreement, 95% CI", "rr-num"],
                ["Kappa", "rr-num"],
              ].map(([word, kind]) => h("th", { scope: "col", class: kind }, word)),
            ),
          ),
          h(
            "tbody",
            {},
            rows.map((row) =>
              h(
                "tr",
                {},
                h("td", {}, personMark(row.a)),
                h("td", {}, personMark(row.b)),
                h("td", { class: "rr-num" }, formatInt(row.shared)),
                h("td", { class: "rr-num" }, formatShare(row.percent, row.interval)),
                h("td", { class: "rr-num" }, two(row.kappa)),
              ),
            ),
          ),
        ),
      ),
    );
  let whose; // kept while the figures are drawn anew
  const matrix = ({ labels, everyone, annotators }) => {
    const names = Object.keys(annotators),
      table = h("div", { class: "rr-an-matrix" });
    const choice = h(
      "select",
      { class: "rr-select", "aria-label": "Whose labels" },
      h("option", { value: "" }, "Everyone"),
      names.map((name, n) => {
        const one = h("option", { value: String(n + 1) });
        one.textContent = name;
        return one;
      }),
    );
    const draw = () => {
      const who = names[Number(choice.value) - 1],
        counts = who ? annotators[who] : everyone;
      const most = Math.max(1, ...counts.flat());
      const cell = (n, i, j) =>
        h(
          "td",
          { class: `rr-num ${i === j ? "same" : ""}`, style: `--share:${n / most}` },
          !who && i > j ? "" : formatInt(n),
        );
      const first = h("span", { class: "rr-cut" });
      first.textContent = who ? `Label by ${who}` : "First label";
      fill(
        table,
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, first),
              labels.map((label) => h("th", { scope: "col" }, labelChip(label, A.stream.scale))),
            ),
          ),
          h(
            "tbody",
            {},
            counts.map((row, i) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, labelChip(labels[i], A.stream.scale)),
                row.map((n, j) => cell(n, i, j)),
              ),
            ),
          ),
        ),
        h(
          "p",
          { class: "rr-faint" },
          who
            ? "Columns: what others said of the same pair. The diagonal is agreement."
            : "Columns: what another said of the same pair; each two labels are counted once. The diagonal is agreement.",
        ),
      );
    };
    choice.value = String(names.indexOf(whose) + 1 || "");
    choice.addEventListener("change", () => {
      whose = names[Number(choice.value) - 1];
      draw();
    });
    draw();
    return h(
      "section",
      {},
      h(
        "div",
        { class: "rr-section rr-an-sectionrow" },
        h("h2", { class: "rr-grow" }, "Confusion matrix"),
        choice,
      ),
      h("div", { class: "rr-card rr-card-body" }, table),
    );
  };
  fill(place, box);
  let drawn = "";
  poll(box, 60, async () => {
    try {
      const told = await A.server.agree_in_detail({ dataset: A.dataset });
      if (JSON.stringify(told) === drawn) return;
      drawn = JSON.stringify(told);
      if (!told.shared) {
        fill(
          box,
          h(
            "div",
            { class: "rr-card" },
            emptyState(
              "No pair has two labels yet",
              "Agreement can be measured once two annotators have labelled the same pairs. Set the number of annotators per pair in the settings.",
              A.stream.may.own
                ? button(
                    "Open settings",
                    () => {
                      A.leaveReview();
                      A.enterReview("settings");
                    },
                    { kind: "primary" },
                  )
                : null,
            ),
          ),
        );
        return;
      }
      fill(
        box,
        tiles(told),
        h("div", { class: "rr-an-halves" }, between(told.between), matrix(told.confusion)),
      );
    } catch (error) {
      if (!drawn) fill(box, h("div", { class: "rr-card rr-card-body" }, errorBox(error)));
    }
  });
  return { keys: {} };
};
