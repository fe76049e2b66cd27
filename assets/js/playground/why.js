// Under an open result: which words move its score, and what another wording would score.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";

export const scoreTools = (view, server) => {
  // The tools of one result; `side` and `row` are those of the list it stands in.
  function tools(side, row) {
    const box = h("div", { class: "rr-why" }),
      shown = h("div");
    const tool = (text, act) => {
      const one = button(
        text,
        async () => {
          box
            .querySelectorAll("button[aria-pressed]")
            .forEach((other) => other.setAttribute("aria-pressed", String(other === one)));
          await act();
        },
        { kind: "small" },
      );
      one.setAttribute("aria-pressed", "false");
      return one;
    };
    fill(
      box,
      h(
        "div",
        { class: "rr-row" },
        h("span", { class: "rr-faint" }, exact(side, row)),
        h("span", { class: "rr-grow" }),
        side.measure === "bm25"
          ? null
          : [
              tool("Why this score", () => words(shown, side, row)),
              tool("Try another wording", () => wording(shown, row)),
            ],
      ),
      shown,
    );
    return box;
  }
  const exact = (side, row) =>
    [
      row.logit === null
        ? `${side.measure === "bm25" ? "BM25" : "cosine"} ${row.score.toFixed(4)}`
        : `probability ${row.score.toFixed(4)} · logit ${row.logit.toFixed(3)}`.replace("-", "−"),
      row.calibrated !== null && row.calibrated !== undefined
        ? `calibrated ${row.calibrated.toFixed(3)}`
        : null,
    ]
      .filter(Boolean)
      .join(" · ");
  async function words(shown, side, row) {
    fill(shown, skeleton(2));
    let told;
    try {
      told = await server.explain({
        model: side.name,
        query: view.answer.query,
        passage: row.passage,
      });
    } catch (error) {
      fill(shown, errorBox(error));
      return;
    }
    const most = Math.max(...told.parts.map((part) => Math.abs(part.effect ?? 0)), 1e-9),
      unit = told.measure === "probability" ? "logit" : told.measure;
    const strongest = told.parts
      .filter((part) => part.effect !== null && Math.abs(part.effect) > most / 10)
      .sort((one, two) => Math.abs(two.effect) - Math.abs(one.effect))
      .slice(0, 5);
    const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
    fill(
      shown,
      h(
        "p",
        { class: "rr-why-text", dir: "auto" },
        told.parts.map((part) =>
          part.effect === null
            ? part.text
            : h(
                "span",
                {
                  class: part.effect >= 0 ? "up" : "down",
                  style: `--rr-part:${(Math.abs(part.effect) / most).toFixed(2)}`,
                  title: `${signed(part.effect)} ${unit}`,
                },
                part.text,
              ),
        ),
      ),
      h(
        "p",
        { class: "rr-faint" },
        `Drop in the ${unit} of ${told.title} when a word is removed: `,
        strongest.map((part, at) => [
          at ? ", " : "",
          h("b", {}, part.text),
          ` ${signed(part.effect)}`,
        ]),
        ". Solid words raise the score, dashed ones lower it.",
        told.cut
          ? " The passage is longer than the model reads: words beyond the cut move nothing."
          : "",
      ),
    );
  }
  function wording(shown, row) {
    const field = h("textarea", {
        class: "rr-field",
        rows: 4,
        "aria-label": "Passage in other words",
        dir: "auto",
      }),
      told = h("div", { class: "rr-why-scores", role: "status" });
    field.value = row.passage;
    let turn = 0,
      timer = 0;
    const names = view.answer.sides.map((one) => one.name);
    async function score() {
      turn += 1;
      const mine = turn;
      let found;
      try {
        found = await server.score_wording({
          models: names,
          query: view.answer.query,
          passage: field.value,
        });
      } catch (error) {
        if (mine === turn) fill(told, errorBox(error));
        return;
      }
      if (mine !== turn) return;
      fill(
        told,
        view.answer.sides.map((one, at) => {
          const new_ = found[at],
            old = one.rows.find((other) => other.index === row.index);
          if (!new_) return null;
          const rank =
              1 +
              one.rows.filter((other) => other.index !== row.index && other.score > new_.score)
                .length,
            gained = new_.score - old.score;
          return h(
            "div",
            { class: "rr-row" },
            h("span", { class: `rr-letter ${at ? "b" : ""}` }, "ABC"[at]),
            h("span", {}, one.title),
            h(
              "span",
              { class: "rr-num" },
              `${old.score.toFixed(3)} → `,
              h("b", {}, new_.score.toFixed(3)),
            ),
            h(
              "span",
              { class: "rr-muted" },
              `${gained < 0 ? "−" : "+"}${Math.abs(gained).toFixed(3)}`,
            ),
            h(
              "span",
              { class: "rr-muted" },
              rank === old.rank ? `stays at rank ${rank}` : `rank ${old.rank} → ${rank}`,
            ),
            new_.cut ? h("span", { class: "rr-cut-mark" }, "cut") : null,
          );
        }),
      );
    }
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(score, 250);
    });
    fill(
      shown,
      field,
      told,
      h("p", { class: "rr-faint" }, "Nothing is stored: the passage stays as it was."),
    );
    field.focus();
    score();
  }
  return { tools, exact };
};
