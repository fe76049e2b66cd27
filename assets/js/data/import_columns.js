// Columns of an import: those that hold one side only, and those that are not read.

import { h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { oneLine } from "./shared.js";

// Which columns hold positives and which negatives; `again` reads the file anew with the choice.
export const sideRows = (plan, columns, again) =>
  columns.length < 3
    ? []
    : [
        ["positive", "Positives", plan.positives || []],
        ["negative", "Negatives", plan.negatives || []],
      ].map(([key, label, chosen]) =>
        h(
          "details",
          { class: "rr-sides", open: chosen.length > 0 },
          h("summary", {}, chosen.length ? `${label}: ${chosen.join(", ")}` : `${label}: none`),
          columns.map((column) =>
            h(
              "label",
              { class: "rr-check" },
              h("input", {
                type: "checkbox",
                checked: chosen.includes(column),
                "aria-label": `${label}: ${column}`,
                onchange: (event) =>
                  again({ ...sides(plan), [key]: toggled(chosen, column, event.target.checked) }),
              }),
              h("span", { class: "rr-cut", title: column }, column),
            ),
          ),
        ),
      );

const sides = (plan) => ({ positive: plan.positives || [], negative: plan.negatives || [] });
export const toggled = (chosen, column, on) =>
  on ? [...chosen, column] : chosen.filter((one) => one !== column);

// A column of texts that is not read needs a person's word before anything is stored.
export const unreadColumns = (unread, confirmed, changed) =>
  unread.length
    ? h(
        "div",
        { class: "rr-unread", role: "group", "aria-label": "Columns that are not read" },
        h(
          "div",
          { class: "rr-row" },
          icon("warn"),
          h(
            "p",
            { class: "rr-grow" },
            h("b", {}, `${plural(unread.length, "column")} not read. `),
            "Choose above what they hold, or confirm that they are not needed.",
          ),
        ),
        unread.map((one) =>
          h(
            "label",
            { class: "rr-check" },
            h("input", {
              type: "checkbox",
              checked: confirmed.has(one.column),
              onchange: (event) => {
                confirmed[event.target.checked ? "add" : "delete"](one.column);
                changed();
              },
            }),
            h(
              "span",
              { class: "rr-cut", dir: "auto", title: one.example },
              h("b", {}, one.column),
              ` is not needed (${formatInt(one.cells)} ${one.holds}`,
              one.example ? `, such as “${oneLine(one.example)}”)` : ")",
            ),
          ),
        ),
      )
    : null;
