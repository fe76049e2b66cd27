// Beside and below the stream: progress, this query's candidates, guidelines, the last labels.

import { button, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { labelChip } from "../lib/labels.js";
import { markdownNodes } from "../lib/markdown.js";
import { openAddPairs } from "./adding.js";
import { openGuidelines } from "./dialogs.js";
import { setLanguage } from "./text.js";

export const sideRail = (A) => {
  const progress = h("section", {
      class: "rr-card rr-an-progress rr-hidden",
      "aria-label": "Progress",
    }),
    guidelines = h("section", { class: "rr-card rr-hidden", "aria-label": "Guidelines" });
  const list = h("div", { class: "rr-an-candidates" }),
    counted = h("span", { class: "rr-muted" });
  const more = button("", () => openAddPairs(A, A.current?.query), {
    kind: "quiet small icon",
    icon: "plus",
    label: "Add passages to this query",
  });
  const query = h(
    "section",
    { class: "rr-card rr-hidden", "aria-label": "This query" },
    h("div", { class: "rr-card-head" }, h("h3", { class: "rr-grow" }, "This query"), counted, more),
    list,
  );
  const node = h("aside", { class: "rr-an-rail" }, progress, query, guidelines);
  let rows = new Map(),
    ofQuery = null,
    asked = 0,
    drawnGuidelines = null;
  const line = (name, ...value) =>
    h("div", { class: "rr-an-line" }, h("dt", {}, name), h("dd", {}, value));
  const two = (n) => n.toFixed(2).replace("-", "−");

  let drawnProgress = null;
  const drawProgress = () => {
    const now = A.progress,
      agreed = A.agreement,
      from = JSON.stringify([A.dataset, now, agreed, A.stream?.test_pairs]);
    if (from === drawnProgress) return;
    drawnProgress = from;
    progress.classList.toggle("rr-hidden", !now);
    if (!now) return;
    const figure = agreed?.shared ? (agreed.alpha ?? agreed.percent) : null;
    const seal = A.stream.may.own
      ? linkButton(A.stream.test_pairs === "sealed" ? "Offer to me" : "Seal", async () => {
          try {
            Object.assign(
              A.stream,
              await A.server.offer_test_pairs({
                dataset: A.dataset,
                offer: A.stream.test_pairs === "sealed",
              }),
            );
            A.choose({});
          } catch (error) {
            A.fault("", error);
          }
        })
      : null;
    fill(
      progress,
      h(
        "div",
        { class: "rr-an-line" },
        h("h3", {}, "Progress"),
        h(
          "span",
          { class: "rr-muted" },
          h("b", {}, formatInt(now.done)),
          ` of ${formatInt(now.total)}`,
        ),
      ),
      h(
        "div",
        { class: "rr-bar" },
        h("i", { style: `width:${now.total ? (100 * now.done) / now.total : 0}%` }),
      ),
      h(
        "dl",
        {},
        line("Today", formatInt(now.today)),
        now.pace
          ? line(
              "Pace",
              `${now.pace < 10 ? now.pace.toFixed(1).replace(/\.0$/, "") : formatInt(now.pace)} s a pair`,
            )
          : null,
        figure !== null && figure !== undefined
          ? line(
              "Agreement",
              agreed.alpha === null ? `${formatInt(100 * figure)}%` : two(figure),
              h("span", { class: "rr-muted" }, ` on ${formatInt(agreed.shared)} shared`),
            )
          : null,
        now.skipped
          ? line(
              "Skipped",
              linkButton(formatInt(now.skipped), () => A.choose({ order: "skipped" })),
            )
          : null,
        now.sealed
          ? line(
              A.stream.test_pairs === "sealed" ? "Sealed test pairs" : "Test pairs offered",
              formatInt(now.sealed),
              seal,
            )
          : null,
      ),
      figure !== null && figure !== undefined
        ? h(
            "p",
            { class: "rr-faint" },
            [
              agreed.alpha === null ? null : "Krippendorff’s alpha",
              `${formatInt(100 * agreed.percent)}% equal`,
              agreed.kappa === null ? null : `kappa ${two(agreed.kappa)}`,
            ]
              .filter(Boolean)
              .join(" · "),
          )
        : null,
    );
  };
  const drawGuidelines = () => {
    guidelines.classList.toggle("rr-hidden", !A.stream);
    if (!A.stream || drawnGuidelines === A.stream.guidelines) return;
    drawnGuidelines = A.stream.guidelines;
    const words = A.stream.guidelines.text.trim();
    const open = h(
      "button",
      {
        type: "button",
        class: "rr-link",
        "aria-keyshortcuts": "g",
        onclick: () => openGuidelines(A),
      },
      words || !A.stream.may.own ? "Open" : "Write",
      " ",
      h("kbd", { class: "rr-key", "aria-hidden": "true" }, "g"),
    );
    fill(
      guidelines,
      h("div", { class: "rr-an-line head" }, h("h3", {}, "Guidelines"), open),
      words
        ? h("div", { class: "rr-an-md brief" }, markdownNodes(A.stream.guidelines.tree))
        : h(
            "p",
            { class: "rr-muted rr-an-nothing" },
            A.stream.may.own
              ? "None yet. Two or three sentences on what counts as relevant make people agree more."
              : "None yet.",
          ),
    );
  };
  const row = (one) => {
    const label = h("span", { class: "rr-an-mark" }),
      text = h("span", { class: "rr-an-clip", dir: "auto" });
    text.textContent = one.passage;
    setLanguage(text, one.passage);
    const button = h(
      "button",
      {
        type: "button",
        class: "rr-an-candidate",
        onclick: () => {
          if (A.current?.id !== one.id) A.take(one.id);
        },
      },
      label,
      text,
    );
    rows.set(one.id, { button, label, one });
    return button;
  };
  const drawRow = ({ button, label, one }) => {
    const now = A.current?.id === one.id;
    button.classList.toggle("now", now);
    if (now) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    fill(
      label,
      now
        ? h("b", {}, "now")
        : one.label === null && one.mine
          ? h("span", { class: "rr-chip none" }, "skip")
          : labelChip(one.label, A.stream.scale),
    );
  };
  const drawCount = () => {
    const told = A.candidates;
    counted.textContent = told
      ? `${formatInt(told.labelled)} of ${formatInt(told.total)} labelled`
      : "";
  };
  const reveal = () => {
    // the list scrolls, the page does not
    const box = rows.get(A.current?.id)?.button;
    if (
      box &&
      (box.offsetTop < list.scrollTop ||
        box.offsetTop + box.offsetHeight > list.scrollTop + list.clientHeight)
    )
      list.scrollTop = box.offsetTop - 40;
  };
  const drawQuery = (told) => {
    A.candidates = told;
    rows = new Map();
    for (const one of told.candidates)
      if (A.own.has(one.id)) {
        // what is on its way counts too
        told.labelled += (A.own.get(one.id) !== null ? 1 : 0) - (one.label !== null ? 1 : 0);
        one.label = A.own.get(one.id);
        one.mine = true;
      }
    fill(
      list,
      told.candidates.map(row),
      told.total > told.candidates.length
        ? h(
            "p",
            { class: "rr-faint rr-an-nothing" },
            `${formatInt(told.candidates.length)} of ${formatInt(told.total)} are shown, around this one.`,
          )
        : null,
    );
    rows.forEach(drawRow);
    drawCount();
    reveal();
  };
  return {
    node,
    again: () => {
      ofQuery = null;
      rows = new Map();
    }, // the query's passages are asked for anew
    draw: () => {
      drawProgress();
      drawGuidelines();
    },
    query: async (pair) => {
      query.classList.toggle("rr-hidden", !pair);
      more.classList.toggle("rr-hidden", !A.stream?.may.own);
      if (!pair) {
        ofQuery = null;
        return;
      }
      if (pair.query === ofQuery && rows.has(pair.id)) {
        rows.forEach(drawRow);
        reveal();
        return;
      }
      if (pair.query !== ofQuery) {
        list.replaceChildren();
        rows = new Map();
        counted.textContent = "";
      }
      ofQuery = pair.query;
      const turn = ++asked;
      try {
        const told = await A.server.candidates({ pair: pair.id });
        if (turn === asked) drawQuery(told);
      } catch {
        /* the stream goes on without them */
      }
    },
    own: (id, label) => {
      const known = rows.get(id);
      if (!known) return;
      if (A.candidates)
        A.candidates.labelled +=
          (label !== null && label !== undefined ? 1 : 0) - (known.one.label === null ? 0 : 1);
      Object.assign(known.one, { label: label ?? null, mine: label !== undefined });
      drawRow(known);
      drawCount();
    },
  };
};
