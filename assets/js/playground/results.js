// Two ranked lists, the curves between them, and labels given to results. A third ranker takes
// turns with the second in the list on the right.

import { button, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { deltaMark, formatInt, formatMetric, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { openMenu } from "../lib/menu.js";
import { errorSentence, newId } from "../lib/server.js";
import { toast } from "../lib/toast.js";
import { openCutoff } from "./cutoff.js";
import { openUse } from "./use.js";
import { scoreTools } from "./why.js";

export const rankedLists = (view, server, { swap, share, again }) => {
  const MEASURES = {
    probability: "probability, logit",
    cosine: "cosine, not a probability",
    bm25: "BM25 score, not a probability",
  };
  const why = scoreTools(view, server);
  let shown = 10,
    front = "b",
    right = "b",
    focus = null,
    frame = null;
  const wide = () => window.innerWidth > 640;
  const letters = () => (view.c ? ["a", "b", "c"] : ["a", "b"]);
  const sideOf = (letter) => view.answer?.sides["abc".indexOf(letter)];
  const place = (letter) => (letter === "a" ? "a" : "b"); // its list: on the left or on the right
  const onRight = () => (view.c ? right : "b");

  // -- heads: which ranker, and how good
  function picker(letter) {
    const name = view[letter];
    const used = sideOf(letter);
    const title = (ranker) => (used?.name === ranker.name ? used.title : ranker.title);
    const option = (ranker) =>
      h(
        "option",
        { value: ranker.name, disabled: !ranker.ready },
        [title(ranker), ranker.ready ? ranker.detail : ranker.why].filter(Boolean).join(" · "),
      );
    const known = view.rankers.some((ranker) => ranker.name === name);
    const runs = view.rankers.filter((ranker) => /^\d+$/.test(ranker.name)),
      rest = view.rankers.filter((ranker) => !/^\d+$/.test(ranker.name));
    const select = h(
      "select",
      {
        class: "rr-select",
        "aria-label": `Ranker ${letter.toUpperCase()}`,
        onchange: () =>
          select.value === "?"
            ? ask(select, letter)
            : select.value === "-"
              ? third(null)
              : swap(letter, select.value),
      },
      runs.length ? h("optgroup", { label: "Runs" }, runs.map(option)) : null,
      h("optgroup", { label: "Baselines" }, rest.map(option)),
      known ? null : h("option", { value: name }, sideOf(letter)?.title || name),
      h("option", { value: "?" }, "A model of the Hub…"),
      letter === "c" ? h("option", { value: "-" }, "No third ranker") : null,
    );
    select.value = name;
    return select;
  }
  function ask(select, letter) {
    const field = h("input", {
      class: "rr-field",
      placeholder: "owner/model",
      "aria-label": "Hub id",
    });
    const done = () =>
      field.value.trim() ? swap(letter, field.value.trim()) : field.replaceWith(picker(letter));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") done();
      if (event.key === "Escape") field.replaceWith(picker(letter));
    });
    select.replaceWith(field);
    field.focus();
  }
  // A third ranker: the strongest of those that are not shown yet.
  function third(name) {
    right = front = name ? "c" : "b";
    swap("c", name);
  }
  const spare = () => {
    const taken = [view.a, view.b],
      free = view.rankers.filter((ranker) => ranker.ready && !taken.includes(ranker.name));
    return (free.find((ranker) => ranker.name === "cosine") || free[0])?.name || "bm25";
  };
  const turns = () =>
    view.c
      ? h(
          "div",
          { class: "rr-segment rr-turns", role: "group", "aria-label": "Ranker on the right" },
          ["b", "c"].map((letter) =>
            h(
              "button",
              {
                type: "button",
                "aria-pressed": String(right === letter),
                "aria-label": `Show ranker ${letter.toUpperCase()}`,
                onclick: () => {
                  right = letter;
                  if (front !== "a") front = letter;
                  redraw();
                },
              },
              letter.toUpperCase(),
            ),
          ),
        )
      : null;
  const actions = (side) =>
    side &&
    button(
      "",
      (event) =>
        openMenu(
          event.currentTarget,
          [
            view.demo
              ? null
              : {
                  text: "Use this model",
                  icon: "code",
                  act: () => openUse(side, server, view.role),
                },
            side.measure === "probability" && /^\d+$/.test(side.name)
              ? {
                  text: side.cutoff ? "Cut-off and calibration" : "Find a cut-off",
                  icon: "skip",
                  act: () => openCutoff(side, server, again, view.may("admin")),
                }
              : null,
            view.c ? null : { text: "Add a third ranker", icon: "plus", act: () => third(spare()) },
          ].filter(Boolean),
        ),
      { kind: "quiet icon", icon: "more", label: `More about ${side.title}` },
    );
  const value = (side) => side?.metrics["ndcg@10"] ?? null;
  function head(letter) {
    const side = sideOf(letter);
    const metric = value(side);
    const mrr = side?.metrics["mrr@10"] ?? null;
    return h(
      "div",
      { class: "rr-side-head" },
      letter !== "a" && view.c
        ? turns()
        : h("span", { class: `rr-letter ${letter}`, "aria-hidden": "true" }, letter.toUpperCase()),
      picker(letter),
      h("span", { class: "rr-grow rr-measure rr-cut" }, side ? MEASURES[side.measure] : ""),
      metric === null
        ? null
        : [
            h("span", { class: "rr-muted" }, "nDCG@10"),
            h(
              "b",
              { class: "rr-ndcg", title: mrr === null ? null : `MRR@10 ${formatMetric(mrr)}` },
              formatMetric(metric),
            ),
            mrr === null
              ? null
              : h("span", { class: "rr-muted rr-mrr" }, `MRR ${formatMetric(mrr)}`),
          ],
      actions(side),
    );
  }
  const delta = (letter = onRight()) => {
    const [a, b] = [value(sideOf("a")), value(sideOf(letter))];
    return a === null || b === null ? null : b - a;
  };
  const change = () =>
    h("div", { class: "rr-gap-head" }, delta() === null ? null : deltaMark(delta()));
  const heads = () =>
    h(
      "div",
      { class: "rr-sides rr-bare" },
      h("div", { class: "rr-card" }, head("a")),
      h("div", {}),
      h("div", { class: "rr-card" }, head(onRight())),
    );
  const tabs = () =>
    h(
      "div",
      { class: "rr-ab", role: "group", "aria-label": "Ranker shown" },
      letters().map((letter) => {
        const side = sideOf(letter);
        return h(
          "button",
          {
            type: "button",
            "aria-pressed": String(front === letter),
            onclick: () => {
              front = letter;
              if (letter !== "a") right = letter;
              redraw();
            },
          },
          h("span", { class: `rr-letter ${letter}` }, letter.toUpperCase()),
          h(
            "span",
            { class: "rr-cut" },
            h("b", {}, side.title),
            h(
              "small",
              {},
              value(side) === null
                ? MEASURES[side.measure]
                : [
                    view.c ? null : "nDCG@10 ",
                    `${formatMetric(value(side))} `,
                    letter === "a" ? null : deltaMark(delta(letter)),
                  ],
            ),
          ),
        );
      }),
    );

  // -- rows
  const number = (side, score) =>
    side.measure === "bm25" ? score.toFixed(1) : score.toFixed(2).replace("-", "−");
  const part = (side, score) =>
    Math.max(
      0,
      Math.min(
        1,
        side.measure === "bm25"
          ? score / Math.max(...side.rows.map((row) => row.score), 1e-9)
          : score,
      ),
    );
  // The query's words stand out in the passage; short ones, which are everywhere, do not.
  function marked(passage) {
    const words = new Set(
      (view.answer.query.toLocaleLowerCase().match(/[\p{L}\p{N}]+/gu) || []).filter(
        (word) => word.length > 3,
      ),
    );
    return passage
      .split(/([\p{L}\p{N}]+)/u)
      .map((piece) => (words.has(piece.toLocaleLowerCase()) ? h("b", {}, piece) : piece));
  }
  function move(row) {
    const gained = row.moved,
      word = gained === 0 ? "same" : `${gained > 0 ? "▲" : "▼"} ${Math.abs(gained)}`;
    return h(
      "div",
      { class: "rr-move" },
      h("span", { class: gained ? "rr-strong" : "rr-faint", "aria-hidden": "true" }, word),
      gained ? h("span", { class: "rr-faint", "aria-hidden": "true" }, `was ${row.was}`) : null,
      h("span", { class: "rr-sr" }, `rank ${row.rank}, was ${row.was}`),
    );
  }
  function rowOf(letter, side, row) {
    const node = h(
      "li",
      {
        class: `rr-result ${place(letter)} ${row.below ? "below" : ""}`,
        "data-index": row.index,
        "data-letter": letter,
        tabindex: -1,
      },
      h("span", { class: "rr-rank" }, String(row.rank)),
      h(
        "div",
        { class: "rr-grow" },
        h("div", { class: "rr-passage", dir: "auto" }, marked(row.passage)),
        h(
          "div",
          { class: "rr-scored" },
          h(
            "span",
            { class: "rr-bar", "aria-hidden": "true" },
            h("i", { style: `width:${(100 * part(side, row.score)).toFixed(1)}%` }),
          ),
          h("span", { class: "rr-score", title: why.exact(side, row) }, number(side, row.score)),
          row.logit === null
            ? null
            : h(
                "span",
                { class: "rr-logit rr-faint", title: "logit" },
                row.logit.toFixed(1).replace("-", "−"),
              ),
          h("span", { class: "rr-labels" }),
          row.cut
            ? h(
                "span",
                {
                  class: "rr-cut-mark",
                  title: `Longer than the ${side.max_length} tokens that ${side.title} reads: it saw only the beginning`,
                },
                "cut",
              )
            : null,
          row.below ? h("span", { class: "rr-below-mark" }, "below the cut-off") : null,
        ),
      ),
      letter !== "a" ? move(row) : null,
    );
    node.addEventListener("focus", () => light(letter, row.index, true));
    node.addEventListener("mouseenter", () => hover(row.index, true));
    node.addEventListener("mouseleave", () => hover(row.index, false));
    node.addEventListener("click", (event) => {
      if (event.target.closest("button, .rr-why") || String(getSelection())) return;
      const was = node.classList.contains("open");
      node.classList.toggle("open", !was);
      node.querySelector(".rr-why")?.remove();
      if (!was) node.querySelector(".rr-grow").append(why.tools(side, row));
      node.focus();
      curves();
    });
    drawLabel(node, row, false);
    return node;
  }
  function drawLabel(node, row, keys) {
    const scale = view.answer.scale || undefined,
      able = !!view.answer.dataset && view.may("annotator");
    fill(
      node.querySelector(".rr-labels"),
      keys && able
        ? scaleAnswers(scale || { kind: "binary", max: 1 }).map((answer) =>
            h(
              "button",
              {
                type: "button",
                class: `rr-give ${row.label === answer.value ? "on" : ""} ${answer.value > 0 ? "pos" : ""}`,
                "aria-pressed": String(row.label === answer.value),
                "aria-label": `Label ${answer.value}`,
                "aria-keyshortcuts": answer.key,
                onclick: () => give(row, answer.value),
              },
              h("i", { class: answer.value > 0 ? "full" : "" }),
              String(answer.value),
              h("kbd", { class: "rr-key", "aria-hidden": "true" }, answer.key),
            ),
          )
        : able
          ? h(
              "button",
              {
                type: "button",
                class: "rr-chip-button",
                "aria-label": `Label ${row.label ?? "none"}: change`,
                onclick: () => node.focus(),
              },
              labelChip(row.label, scale),
            )
          : labelChip(row.label, scale),
    );
  }
  const nodes = (index) =>
    frame ? [...frame.querySelectorAll(`.rr-result[data-index="${index}"]`)] : [];
  function light(letter, index) {
    if (!view.answer) return;
    frame.querySelectorAll(".rr-result.focus").forEach((node) => {
      node.classList.remove("focus");
      drawLabel(node, find(node), false);
    });
    focus = { letter, index };
    frame.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
    hover(index, true);
    const node = frame.querySelector(`.rr-result[data-letter="${letter}"][data-index="${index}"]`);
    node.classList.add("focus");
    drawLabel(node, find(node), true);
  }
  const find = (node) =>
    sideOf(node.dataset.letter).rows.find((row) => row.index === Number(node.dataset.index));
  function hover(index, on) {
    if (!frame) return;
    const lit = on || focus?.index === index;
    nodes(index).forEach((node) => node.classList.toggle("lit", lit));
    frame.querySelector(`path[data-index="${index}"]`)?.classList.toggle("lit", lit);
  }

  // -- labels
  // The best passages of the list on the right that nobody has judged become pairs that wait.
  const unjudged = () =>
    sideOf(onRight())
      .rows.filter((row) => row.label === null && !view.answer.sent?.has(row.passage))
      .slice(0, 10);
  async function send() {
    const rows = unjudged(),
      answer = view.answer;
    try {
      const done = await server.send_to_annotate({
        dataset: answer.dataset,
        query: answer.query,
        passages: rows.map((row) => row.passage),
      });
      emit("changed");
      answer.sent = new Set([...(answer.sent || []), ...rows.map((row) => row.passage)]);
      if (view.answer === answer) {
        const old = frame.querySelector(".rr-results-foot"),
          held = old.contains(document.activeElement);
        old.replaceWith(foot(within));
        if (held) frame.querySelector(".rr-send")?.focus();
      }
      const sealed =
        done.split === "test"
          ? " They are in the test split, so they wait where test pairs are offered."
          : "";
      toast(
        `${plural(rows.length, "passage waits", "passages wait")} in Annotate, ${formatInt(done.new)} new to ${answer.dataset}.${sealed}`,
      );
    } catch (error) {
      toast(errorSentence(error));
    }
  }
  async function give(row, label) {
    const change = { dataset: view.answer.dataset, query: view.answer.query, client_id: newId() };
    const score = focus ? sideOf(focus.letter).rows.find((one) => one.index === row.index) : row;
    const before = row.label;
    setLabel(row.index, label);
    try {
      const done = await server.label_result({
        ...change,
        passage: row.passage,
        label,
        score: score.score,
      });
      setLabel(row.index, done.label, done.pair_id);
      emit("changed");
      toast(`Labelled ${label} in ${view.answer.dataset}`, async () => {
        try {
          const back = await server.undo_result({
            ...change,
            client_id: newId(),
            pair_id: done.pair_id,
          });
          setLabel(row.index, back.label);
          emit("changed");
        } catch (error) {
          toast(errorSentence(error));
        }
      });
    } catch (error) {
      setLabel(row.index, before);
      toast(errorSentence(error));
    }
  }
  async function setLabel(index, label, pair) {
    const answer = view.answer;
    answer.sides.forEach((side) =>
      side.rows.forEach((row) => {
        if (row.index === index) {
          row.label = label;
          if (pair) row.pair_id = pair;
        }
      }),
    );
    nodes(index).forEach((node) => drawLabel(node, find(node), node.classList.contains("focus")));
    curves();
    const order = (rows) => [...rows].sort((a, b) => a.index - b.index);
    const grades = order(answer.sides[0].rows).map((row) =>
      row.label === "disputed" ? null : row.label,
    );
    const scores = answer.sides.map((side) =>
      order(side.rows).map((row) => row.logit ?? row.score),
    );
    const metrics = await server.score_again({ grades, scores });
    if (answer !== view.answer) return;
    answer.sides.forEach((side, at) => {
      side.metrics = metrics[at];
    });
    redrawHeads();
  }

  // -- the curves in the gap, from where a passage stood to where it stands
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([key, text]) => node.setAttribute(key, text));
    return node;
  };
  function curves() {
    const gap = frame?.querySelector(".rr-gap");
    if (!gap || !view.answer || !wide()) return;
    const box = gap.getBoundingClientRect(),
      image = svg("svg", { width: box.width, height: box.height, "aria-hidden": "true" });
    const middle = (letter, index) => {
      const node = frame.querySelector(
        `.rr-result[data-letter="${letter}"][data-index="${index}"]`,
      );
      if (!node) return null;
      const place = node.getBoundingClientRect();
      return place.top - box.top + Math.min(38, place.height / 2);
    };
    const rows = sideOf(onRight())
      .rows.map((row) => ({
        row,
        left: middle("a", row.index),
        right: middle(onRight(), row.index),
      }))
      .filter((one) => one.left !== null || one.right !== null);
    rows.sort((one, two) => (one.row.label > 0) - (two.row.label > 0));
    for (const { row, left, right } of rows) {
      const y1 = left ?? box.height + 24,
        y2 = right ?? box.height + 24,
        end = box.width - 6,
        bend = box.width / 2;
      const kind = `${row.label > 0 && row.label !== "disputed" ? "pos" : ""} ${left === null || right === null ? "dashed" : ""} ${focus?.index === row.index ? "lit" : ""}`;
      image.append(
        svg("path", {
          d: `M0 ${y1}C${bend} ${y1} ${bend} ${y2} ${end} ${y2}`,
          class: kind,
          "data-index": row.index,
        }),
      );
      if (right !== null) image.append(svg("circle", { cx: end, cy: y2, r: 3, class: kind }));
    }
    fill(gap, image);
  }

  // -- the whole
  function list(letter) {
    const side = sideOf(letter);
    return h(
      "div",
      { class: `rr-card rr-side ${place(letter)}` },
      h("div", { class: "rr-slot", "data-slot": letter }, head(letter)),
      h(
        "ol",
        { class: "rr-results", "aria-label": `Ranked by ${side.title}` },
        side.rows.slice(0, shown).map((row) => rowOf(letter, side, row)),
      ),
    );
  }
  // Above both lists, so that the rows of the two stay level.
  const notices = () =>
    ["a", onRight()]
      .filter((letter) => sideOf(letter).notice)
      .map((letter) =>
        h(
          "div",
          { class: "rr-notice rr-side-notice" },
          icon(sideOf(letter).trained ? "info" : "warn"),
          h(
            "span",
            {},
            h("span", { class: "rr-strong" }, `${letter.toUpperCase()} `),
            sideOf(letter).notice,
          ),
        ),
      );
  let within = null;
  const redraw = () => draw(within);
  function draw(body) {
    within = body;
    focus = null;
    if (!view.c) {
      right = "b";
      if (front === "c") front = "b";
    }
    frame = h("div", { class: "rr-lists", "data-front": place(front) });
    fill(
      frame,
      notices(),
      h("div", { class: "rr-slot", "data-slot": "tabs" }, tabs()),
      h(
        "div",
        { class: "rr-sides" },
        list("a"),
        h(
          "div",
          { class: "rr-gap-side" },
          h("div", { class: "rr-slot", "data-slot": "gap" }, change()),
          h("div", { class: "rr-gap" }),
        ),
        list(onRight()),
      ),
      foot(body),
    );
    fill(body, frame);
    const first = frame.querySelector(".rr-result.b");
    if (first) first.tabIndex = 0;
    curves();
    new ResizeObserver(curves).observe(frame.querySelector(".rr-sides"));
  }
  function foot(body) {
    const total = view.answer.candidates,
      count = Math.min(shown, total),
      unscored = value(sideOf("a")) === null;
    const labelled = sideOf("a").rows.filter(
      (row) => row.label !== null && row.label !== "disputed",
    ).length;
    const told = [
      labelled ? "Thick lines: labelled relevant." : "",
      count < total ? "Dashed: outside this list." : "",
    ].join(" ");
    const copy = button("Copy link", () => share(), { icon: "link" });
    const waiting = view.answer.dataset && view.may("annotator") ? unjudged().length : 0;
    const sent = view.answer.sent?.size,
      words = sent
        ? `${formatInt(sent)} sent, send ${waiting} more`
        : `Send top ${waiting} unjudged to Annotate`;
    const sending = waiting
      ? button(words, send, { kind: "quiet rr-send" })
      : sent
        ? h("span", { class: "rr-muted" }, `${formatInt(sent)} sent to Annotate`)
        : null;
    return h(
      "div",
      { class: "rr-results-foot" },
      h(
        "span",
        { class: "rr-muted" },
        h(
          "span",
          {},
          `${formatInt(count)} of ${formatInt(total)} shown${labelled && labelled < total ? `, ${formatInt(labelled)} labelled` : ""}. `,
        ),
        h("span", { class: "rr-desk" }, told),
      ),
      count < total
        ? linkButton("Show more", () => {
            shown += shown < 50 ? 40 : 100;
            draw(body);
          })
        : null,
      unscored && view.answer.dataset && view.may("annotator")
        ? h("span", { class: "rr-muted" }, "Label results to see nDCG@10.")
        : null,
      h("span", { class: "rr-grow" }),
      view.answer.dataset && view.may("annotator")
        ? h(
            "span",
            { class: "rr-muted rr-wide rr-keys" },
            h("kbd", { class: "rr-key" }, "j"),
            h("kbd", { class: "rr-key" }, "k"),
            " move, ",
            scaleAnswers(view.answer.scale || { kind: "binary", max: 1 })
              .slice(0, 4)
              .map((answer) => h("kbd", { class: "rr-key" }, answer.key)),
            ` label; a label given here is a pair in ${view.answer.dataset}`,
          )
        : null,
      sending,
      copy,
    );
  }
  function redrawHeads() {
    if (!view.answer || !frame) return;
    const parts = { a: () => head("a"), b: () => head("b"), c: () => head("c"), gap: change, tabs };
    frame.querySelectorAll(".rr-slot").forEach((slot) => fill(slot, parts[slot.dataset.slot]()));
  }
  const clear = () => {
    frame = null;
    focus = null;
  };
  function wait(body, text) {
    clear();
    fill(
      body,
      heads(),
      h(
        "div",
        { class: "rr-card" },
        h("p", { class: "rr-faint rr-wait", role: "status" }, text),
        skeleton(8),
      ),
    );
  }
  function key(event) {
    if (!frame || !view.answer) return;
    const rows = [
      ...frame.querySelectorAll(
        `.rr-result[data-letter="${focus?.letter || (wide() ? onRight() : front)}"]`,
      ),
    ];
    const at = rows.findIndex((node) => node.classList.contains("focus"));
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      rows[
        Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)))
      ]?.focus();
      return;
    }
    if (event.key === "Enter" && at >= 0 && document.activeElement === rows[at]) {
      event.preventDefault();
      rows[at].click();
      return;
    }
    const answer =
      at >= 0 &&
      view.answer.dataset &&
      view.may("annotator") &&
      !event.repeat &&
      scaleAnswers(view.answer.scale || { kind: "binary", max: 1 }).find(
        (one) => one.key === event.key,
      );
    if (answer) {
      event.preventDefault();
      give(find(rows[at]), answer.value);
    }
  }
  window.addEventListener("resize", () => curves());
  return { draw, heads, wait, clear, key, redrawHeads };
};
