import { fill, h } from "../lib/dom.js";
import { formatAgo } from "../lib/format.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { openMenu } from "../lib/menu.js";

export const lastLabels = (A) => {
  const body = h("tbody"),
    times = [];
  const node = h(
    "section",
    { class: "rr-an-last rr-hidden" },
    h(
      "div",
      { class: "rr-section" },
      h("h2", {}, "Your last labels"),
      h("span", { class: "rr-muted" }, "press a label to change it"),
    ),
    h(
      "div",
      { class: "rr-card" },
      h(
        "table",
        { class: "rr-table rr-an-table" },
        h(
          "colgroup",
          {},
          ["chip", "desk", "", "when", "undo"].map((kind) => h("col", { class: kind })),
        ),
        h(
          "thead",
          { class: "rr-sr" },
          h(
            "tr",
            {},
            ["Label", "Query", "Passage", "When", "Undo"].map((word) =>
              h("th", { scope: "col" }, word),
            ),
          ),
        ),
        body,
      ),
    ),
  );
  const give = (row, label) => {
    A.change(row, label, row.note);
    requestAnimationFrame(() => setTimeout(() => body.querySelector(".rr-an-chip")?.focus(), 0));
  }; // it is the first row now
  const change = (chip, row) =>
    openMenu(chip, [
      ...scaleAnswers(A.stream.scale).map(({ value, key, word }) => ({
        text: word,
        more: key,
        icon: row.label === value ? "check" : undefined,
        act: () => give(row, value),
      })),
      {
        text: "No label",
        icon: row.label === null ? "check" : undefined,
        act: () => give(row, null),
      },
    ]);
  return {
    node,
    times: () =>
      times.forEach(([cell, at]) => {
        cell.textContent = formatAgo(at);
      }),
    draw: () => {
      node.classList.toggle("rr-hidden", !A.last.length || !!A.review);
      times.length = 0;
      fill(
        body,
        A.last.map((row, at) => {
          const chip = h(
            "button",
            {
              type: "button",
              class: "rr-an-chip",
              "aria-haspopup": "menu",
              "aria-label": `Label ${row.label === null ? "none, skipped" : row.label}: change it`,
            },
            row.label === null
              ? h("span", { class: "rr-chip none" }, "skip")
              : labelChip(row.label, A.stream.scale),
          );
          chip.addEventListener("click", () => change(chip, row));
          const query = h("td", { class: "rr-muted desk", dir: "auto" }),
            passage = h("td", { dir: "auto" }),
            when = h("td", { class: "rr-num rr-muted" });
          query.textContent = row.query;
          passage.textContent = row.passage;
          when.textContent = formatAgo(row.at);
          times.push([when, row.at]);
          const undo = at
            ? null
            : h(
                "button",
                {
                  type: "button",
                  class: "rr-link",
                  "aria-keyshortcuts": "u",
                  onclick: () => A.undo(),
                },
                "Undo ",
                h("kbd", { class: "rr-key", "aria-hidden": "true" }, "u"),
              );
          return h(
            "tr",
            {},
            h("td", {}, chip),
            query,
            passage,
            when,
            h("td", { class: "rr-num" }, undo),
          );
        }),
      );
    },
  };
};
