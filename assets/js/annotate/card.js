// The card: query, passage, the question and its answers; on a phone the answers are a dock.

import { goTo } from "../lib/address.js";
import { button, emptyState, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { openMenu } from "../lib/menu.js";
import { openStreamKeys } from "./dialogs.js";
import { openPairHistory } from "./history.js";
import { markWords, setLanguage } from "./text.js";

export const pairCard = (A) => {
  const query = h("h2", { class: "rr-an-query", dir: "auto" }),
    passage = h("div", {
      class: "rr-an-passage",
      dir: "auto",
      tabindex: "0",
      role: "group",
      "aria-label": "Passage",
    });
  const source = h("span", { class: "rr-grow" }),
    all = linkButton("", () => card.fold(passage.classList.contains("open"))),
    below = h("div", { class: "rr-an-source" }, source, all),
    question = h("div", { class: "rr-an-question" }),
    told = h("div", { class: "rr-an-told" });
  const answers = h("div", { class: "rr-an-answers", role: "group" }),
    noteBox = h("div", { class: "rr-an-note" });
  const heard = h("div", { class: "rr-sr", "aria-live": "polite" });
  const tool = (text, key, shape, act, kind = "") =>
    h(
      "button",
      { type: "button", class: `rr-an-tool ${kind}`, "aria-keyshortcuts": key, onclick: act },
      h("kbd", { class: "rr-key", "aria-hidden": "true" }, key),
      icon(shape),
      text,
    );
  const more = h(
    "button",
    {
      type: "button",
      class: "rr-an-tool phone",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => openMenu(more, A.menu(more)),
    },
    icon("more"),
    "More",
  );
  const tools = h(
    "div",
    { class: "rr-an-tools" },
    tool("Skip", "s", "skip", () => A.give(null)),
    tool("Undo", "u", "undo", () => A.undo()),
    tool("Note", "n", "note", () => card.note()),
    tool("History", "h", "clock", () => openPairHistory(A), "desk"),
    h(
      "button",
      {
        type: "button",
        class: "rr-an-tool desk",
        "aria-keyshortcuts": "?",
        onclick: () => openStreamKeys(A),
      },
      h("kbd", { class: "rr-key", "aria-hidden": "true" }, "?"),
      "All keys",
    ),
    more,
  );
  const lastLine = h("div", { class: "rr-an-lastline" });
  const dock = h("div", { class: "rr-an-dock" }, lastLine, noteBox, question, answers, tools);
  const pair = [
    h("div", { class: "rr-an-part" }, h("div", { class: "rr-an-label" }, "Query"), query),
    h(
      "div",
      { class: "rr-an-part body" },
      h("div", { class: "rr-an-label" }, "Passage"),
      passage,
      told,
      below,
    ),
    dock,
    heard,
  ];
  const node = h("article", { class: "rr-card rr-an-card", "aria-label": "Pair to label" });
  let buttons = new Map(),
    shape = "",
    keptNote = false,
    said = "";
  const frame = (what, ...content) => {
    if (shape !== what || what !== "pair") {
      shape = what;
      fill(node, ...content);
      node.classList.toggle("empty", what !== "pair");
    }
  };
  const empty = (title, text, ...actions) => frame("empty", emptyState(title, text, ...actions));

  const card = {
    node,
    prepare: () => {
      question.textContent = A.stream.question;
      buttons = new Map();
      const scale = A.stream.scale;
      answers.classList.toggle("many", scaleAnswers(scale).length > 5);
      answers.classList.toggle("graded", scale.kind === "graded");
      fill(
        answers,
        scaleAnswers(scale).map(({ value, key, word }) => {
          const look =
            scale.kind === "binary"
              ? h("i", { class: value ? "on" : "" })
              : scale.kind === "graded"
                ? labelChip(value, scale).querySelector(".rr-pips")
                : null;
          const button = h(
            "button",
            {
              type: "button",
              class: `rr-an-answer ${scale.kind === "binary" && value ? "pos" : ""}`,
              "aria-keyshortcuts": key,
              onclick: () => A.give(value),
            },
            look,
            h("span", {}, word),
            h("kbd", { class: "rr-key", "aria-hidden": "true" }, key),
          );
          buttons.set(value, button);
          return button;
        }),
      );
    },
    show: (one) => {
      frame("pair", pair);
      query.textContent = one.query;
      setLanguage(query, one.query);
      setLanguage(passage, one.passage);
      markWords(passage, one.passage, one.query);
      passage.scrollTop = 0;
      passage.classList.remove("open", "cut");
      all.classList.add("rr-hidden");
      source.textContent = [one.source, one.line ? `line ${formatInt(one.line)}` : null]
        .filter(Boolean)
        .join(", ");
      card.drawTold(one.told);
      card.drawNote(false);
      heard.textContent = `${said}Query: ${one.query}. Passage: ${one.passage.slice(0, 600)}`;
      said = "";
    },
    // A very long passage is folded; measured once it is painted.
    measure: () => {
      const open = passage.classList.contains("open"),
        long = open || passage.scrollHeight > passage.clientHeight + 4;
      all.classList.toggle("rr-hidden", !long || !A.current);
      if (long && A.current)
        all.textContent = open
          ? "Collapse passage"
          : `Show all ${formatInt(A.current.passage.length)} characters`;
      all.setAttribute("aria-expanded", String(open));
      card.fade();
    },
    fold: (shut) => {
      passage.classList.toggle("open", !shut);
      card.measure();
      if (shut) node.scrollIntoView({ block: "nearest" });
    },
    fade: () =>
      passage.classList.toggle(
        "cut",
        passage.scrollTop + passage.clientHeight < passage.scrollHeight - 4,
      ),
    drawTold: (what) => {
      // only where the owner allows it
      if (!what) {
        if (told.firstChild) told.replaceChildren();
        return;
      }
      const scale = A.stream.scale,
        parts = what.votes.map((vote) => {
          const name = h("span");
          name.textContent = vote.annotator;
          return h("span", { class: "rr-row" }, name, labelChip(vote.label, scale));
        });
      if (what.imported !== null)
        parts.unshift(
          h("span", { class: "rr-row" }, "Imported label", labelChip(what.imported, scale)),
        );
      if (what.score)
        parts.push(
          h("span", { class: "rr-row" }, what.score.run, h("b", {}, what.score.score.toFixed(2))),
        );
      fill(told, parts);
    },
    last: () => {
      const row = A.last[0];
      fill(
        lastLine,
        row
          ? [
              h("span", { class: "rr-muted" }, "Last"),
              row.label === null
                ? h("span", { class: "rr-chip none" }, "skipped")
                : labelChip(row.label, A.stream.scale),
              h("span", { class: "rr-cut rr-muted", dir: "auto" }, row.passage),
            ]
          : null,
      );
    },
    flash: (label) => {
      said =
        label === null
          ? "Skipped. "
          : `Labelled ${scaleAnswers(A.stream.scale).find((one) => one.value === label)?.word ?? label}. `;
      const button = buttons.get(label);
      if (!button) return;
      button.classList.add("chosen");
      setTimeout(() => button.classList.remove("chosen"), 120);
    },
    turn: (back) => passage.scrollBy({ top: (back ? -0.9 : 0.9) * passage.clientHeight }),
    note: () => {
      if (A.current) card.drawNote(true);
    },
    drawNote: (editing) => {
      if (!editing && !A.note) {
        if (keptNote) noteBox.replaceChildren();
        keptNote = false;
        return;
      }
      keptNote = true;
      if (!editing) {
        fill(
          noteBox,
          h("span", { class: "rr-an-noted" }, icon("note"), h("span", { dir: "auto" }, A.note)),
          linkButton("Change", () => card.drawNote(true)),
        );
        return;
      }
      const field = h("input", {
        class: "rr-field rr-grow",
        maxlength: 2000,
        "aria-label": "Note on this pair",
        dir: "auto",
      });
      field.value = A.note;
      const close = (keep) => {
        if (keep) A.note = field.value.trim();
        card.drawNote(false);
      };
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          close(event.key === "Enter");
        }
      });
      fill(
        noteBox,
        h("label", { class: "rr-muted" }, "Note"),
        field,
        button("Keep", () => close(true), { kind: "small" }),
        h(
          "span",
          { class: "rr-faint rr-an-keyhint" },
          "Enter keeps it with your label, Esc does not",
        ),
      );
      field.focus();
    },
    loading: () => frame("loading", skeleton(6)),
    unreachable: () =>
      frame(
        "away",
        h(
          "div",
          { class: "rr-card-body" },
          errorBox("The next pairs cannot be fetched. The connection is tried again by itself."),
        ),
      ),
    noDataset: () =>
      empty(
        "No dataset yet",
        "Labels are given to the pairs of a dataset. Import a file with queries and passages, then come back here.",
        button("Import a file", () => goTo("data", { open: null }), { kind: "primary" }),
      ),
    mayNot: () => empty("View only", "Your role is viewer. An admin can make you an annotator."),
    done: () => {
      const now = A.progress,
        stream = A.stream,
        train = button("Train a reranker", () => goTo("train"), { kind: "primary" });
      const skipped =
        now?.skipped && A.order !== "skipped"
          ? button(`Go through ${formatInt(now.skipped)} skipped`, () =>
              A.choose({ order: "skipped" }),
            )
          : null;
      const imported =
        stream.came_labelled && !A.imported
          ? button("Check imported labels", () => A.choose({ imported: true, order: stream.order }))
          : null;
      const back =
        A.order === "skipped" || A.order === "disputed"
          ? button("Back to labelling", () => A.choose({ order: stream.order }), {
              kind: "primary",
            })
          : null;
      if (A.order === "disputed" && A.stream.order === "disputed")
        empty(
          "Nothing is disputed",
          "Pairs on which people disagree, and which you have not labelled, would be here.",
          stream.may.own
            ? button("Label unlabelled pairs first", () => A.setOrder("unlabelled"), {
                kind: "primary",
              })
            : null,
        );
      else if (A.order === "disputed")
        empty(
          "Nothing is disputed",
          "Pairs on which people disagree, and which you have not labelled, would be here.",
          back,
        );
      else if (A.order === "skipped")
        empty("Nothing is skipped", "Every pair that you skipped has a label by now.", back);
      else if (!now) frame("loading", skeleton(6));
      else if (!now.total)
        empty(
          "No pairs to label",
          "This dataset offers no pair to you. Its test pairs may be sealed.",
          imported,
        );
      else if (now.waiting > now.skipped && now.waiting)
        empty(
          "Others are labelling the last pairs",
          `${plural(now.waiting, "pair")} reserved by other annotators. Unlabelled ones are released after 5 minutes.`,
          button("Look again", () => A.again(), { kind: "primary" }),
        );
      else
        empty(
          now.total === 1
            ? "The pair is labelled"
            : `All ${formatInt(now.total)} pairs are labelled`,
          "Every label counts from the next run on.",
          train,
          imported,
          skipped,
        );
    },
  };
  passage.addEventListener("scroll", () => card.fade(), { passive: true });
  return card;
};
