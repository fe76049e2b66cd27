// The disputed view: every vote beside the pair, and one key that ends the dispute.

import { button, emptyState, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatAgo, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { markdownNodes } from "../lib/markdown.js";
import { openMenu } from "../lib/menu.js";
import { Refused } from "../lib/server.js";
import { toast } from "../lib/toast.js";
import { openGuidelines, openStreamKeys } from "./dialogs.js";
import { openPairHistory } from "./history.js";
import { markWords, setLanguage } from "./text.js";

export const disputedSection = (A, place) => {
  const scale = A.stream.scale;
  let found = [],
    total = 0,
    at = 0,
    field = null,
    run = null,
    turn = 0;
  const list = h("nav", { class: "rr-card rr-an-list", "aria-label": "Disputed pairs" }),
    view = h("article", { class: "rr-card" });
  fill(place, h("div", { class: "rr-an-review" }, list, view));
  const current = () => found[at];
  const tally = (pair) => {
    const counts = new Map();
    (pair.votes.length ? pair.votes.map((vote) => vote.label) : pair.imported).forEach((label) =>
      counts.set(label, (counts.get(label) || 0) + 1),
    );
    return [...counts].sort((a, b) => a[0] - b[0]);
  };
  const text = (tag, kind, words) => {
    const node = h(tag, { class: kind, dir: "auto" });
    node.textContent = words;
    setLanguage(node, words);
    return node;
  };

  const drawList = () =>
    fill(
      list,
      h(
        "div",
        { class: "rr-card-head" },
        h("h2", { class: "rr-grow" }, plural(total, "disputed pair")),
        h(
          "span",
          { class: "rr-muted" },
          total > found.length ? `first ${found.length}, most votes first` : "most votes first",
        ),
      ),
      found.map((pair, number) =>
        h(
          "button",
          {
            type: "button",
            class: `rr-an-dispute ${number === at ? "now" : ""}`,
            "aria-current": number === at ? "true" : null,
            onclick: () => go(number),
          },
          text("b", "rr-cut", pair.query),
          text("span", "rr-cut rr-muted", pair.passage),
          h(
            "span",
            { class: "rr-row" },
            tally(pair).map(([label, n]) => [
              labelChip(label, scale),
              h("span", { class: "rr-muted" }, `× ${n}`),
            ]),
            h("span", { class: "rr-grow" }),
            h(
              "span",
              { class: "rr-muted" },
              pair.votes.length ? plural(pair.votes.length, "vote") : "imported",
            ),
          ),
        ),
      ),
    );
  const when = (at) => {
    const day = new Date(at * 1000),
      time = day.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    return day.toDateString() === new Date().toDateString() ? `today ${time}` : formatAgo(at);
  };
  const initials = (name) =>
    name
      .split(/\s+/)
      .map((word) => word[0])
      .join("")
      .slice(0, 2)
      .toUpperCase();
  const votes = (pair) =>
    h(
      "table",
      { class: "rr-table rr-an-votes" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["Annotator", "Label", "Note", "When"].map((word) => h("th", { scope: "col" }, word)),
        ),
      ),
      h(
        "tbody",
        {},
        pair.votes.map((vote) =>
          h(
            "tr",
            {},
            h(
              "td",
              {},
              h(
                "span",
                { class: "rr-row" },
                h(
                  "span",
                  { class: "rr-avatar plain", "aria-hidden": "true" },
                  initials(vote.annotator),
                ),
                text("span", "rr-cut", vote.annotator),
              ),
            ),
            h("td", {}, labelChip(vote.label, scale)),
            vote.note
              ? text("td", "rr-an-wrap", vote.note)
              : h("td", { class: "rr-muted" }, "no note"),
            h("td", { class: "rr-muted" }, when(vote.at)),
          ),
        ),
      ),
    );
  const score = (pair) => {
    // what a run thinks: shown to who decides, never to who labels blind
    if (pair.score !== null && run)
      return h(
        "span",
        { class: "rr-row rr-an-score" },
        h("span", { class: "rr-muted" }, `${run.name} scores`),
        h(
          "span",
          { class: "rr-bar", "aria-hidden": "true" },
          h("i", { style: `width:${100 * pair.score}%` }),
        ),
        h("b", {}, pair.score.toFixed(2)),
      );
    return A.stream.may.own
      ? h(
          "span",
          { class: "rr-row" },
          linkButton("Score with a run", (event) => askRun(event.currentTarget)),
        )
      : null;
  };
  const askRun = async (anchor) => {
    try {
      const { runs } = await A.server.stream_settings({ dataset: A.dataset });
      if (!runs.length) {
        A.tell("No run has a model yet that could score. Train one, then come back.");
        return;
      }
      openMenu(
        anchor,
        runs.slice(0, 12).map((one) => ({
          text: one.name,
          more: one.dataset === A.dataset ? "" : one.dataset,
          act: () => scoreBy(one.id, anchor),
        })),
      );
    } catch (error) {
      A.fault("", error);
    }
  };
  const scoreBy = async (id, anchor) => {
    const mine = ++turn,
      dataset = A.dataset;
    anchor.textContent = "Scoring…";
    try {
      let now = await A.server.score_pairs({ dataset, run: id });
      for (;;) {
        const told = await A.server.disputed({ dataset });
        if (mine !== turn || dataset !== A.dataset || !place.contains(view)) return;
        const scores =
          told.run?.id === id
            ? new Map(told.pairs.map((pair) => [pair.id, pair.score]))
            : new Map();
        run = told.run;
        found.forEach((pair) => {
          pair.score = scores.get(pair.id) ?? null;
        });
        if (!now.running || found.every((pair) => pair.score !== null)) break;
        await new Promise((resolve) => setTimeout(resolve, 1500));
        now = await A.server.scoring({ dataset, run: id });
      }
      if (now.refused) throw new Refused(now.refused);
    } catch (error) {
      A.fault("", error);
    }
    drawVotes();
  };
  const votesPart = h("div", { class: "rr-an-part votes" });
  const drawVotes = () => {
    // alone, so that a reason that is being typed stays
    const pair = current();
    if (pair)
      fill(
        votesPart,
        h(
          "div",
          { class: "rr-row rr-an-voteshead" },
          h("div", { class: "rr-an-label rr-grow" }, "Votes"),
          score(pair),
          pair.imported.length
            ? [
                h(
                  "span",
                  { class: "rr-muted" },
                  pair.imported.length > 1 ? "imported labels" : "imported label",
                ),
                pair.imported.map((label) => labelChip(label, scale)),
              ]
            : null,
        ),
        pair.votes.length
          ? votes(pair)
          : h(
              "p",
              { class: "rr-muted rr-an-nothing" },
              "Nobody has voted. The files this pair came from give it different labels.",
            ),
      );
  };
  const drawView = () => {
    const pair = current();
    if (!pair) {
      fill(
        view,
        emptyState(
          "Nothing is disputed",
          "Pairs on which people disagree appear here, with every vote.",
          button("Back to labelling", () => A.leaveReview(), { kind: "primary" }),
        ),
      );
      return;
    }
    field = h("input", {
      class: "rr-field rr-grow",
      "aria-label": "Reason",
      maxlength: 1000,
      dir: "auto",
    });
    const passage = text("div", "rr-an-passage", pair.passage);
    markWords(passage, pair.passage, pair.query);
    const brief = A.stream.guidelines.text.trim();
    drawVotes();
    fill(
      view,
      h(
        "div",
        { class: "rr-an-part" },
        h(
          "div",
          { class: "rr-row" },
          h("div", { class: "rr-an-label rr-grow" }, "Query"),
          labelChip("disputed"),
        ),
        text("h2", "rr-an-query", pair.query),
      ),
      h("div", { class: "rr-an-part" }, h("div", { class: "rr-an-label" }, "Passage"), passage),
      votesPart,
      brief
        ? h(
            "div",
            { class: "rr-an-brief" },
            icon("info"),
            h("div", { class: "rr-an-md brief" }, markdownNodes(A.stream.guidelines.tree)),
            linkButton("Open", () => openGuidelines(A)),
          )
        : null,
      h(
        "div",
        { class: "rr-an-part" },
        h(
          "div",
          { class: "rr-row" },
          h("div", { class: "rr-an-label" }, "Decision"),
          h("span", { class: "rr-muted" }, "ends the dispute; every vote stays on record"),
        ),
        h("div", { class: "rr-an-reason" }, h("label", { class: "rr-muted" }, "Reason"), field),
        h(
          "div",
          { class: "rr-an-decide" },
          scaleAnswers(scale).map(({ value, key, word }) =>
            h(
              "button",
              {
                type: "button",
                class: "rr-an-answer",
                "aria-keyshortcuts": key,
                onclick: () => decide(value),
              },
              scale.kind === "binary" ? h("i", { class: value ? "on" : "" }) : null,
              h("span", {}, word),
              h("kbd", { class: "rr-key", "aria-hidden": "true" }, key),
            ),
          ),
          button("Leave out", () => decide(null), { kind: "quiet", key: "x" }),
          h("span", { class: "rr-grow" }),
          h(
            "span",
            { class: "rr-muted rr-an-keyhint" },
            h("kbd", { class: "rr-key" }, "j"),
            " ",
            h("kbd", { class: "rr-key" }, "k"),
            " next, previous",
          ),
        ),
      ),
    );
  };
  const go = (number) => {
    at = Math.max(0, Math.min(found.length - 1, number));
    drawList();
    drawView();
    list.querySelector(".now")?.scrollIntoView({ block: "nearest" });
  };
  const decide = async (label) => {
    const pair = current();
    if (!pair) return;
    const reason = field.value.trim(),
      place = at;
    found.splice(at, 1);
    total -= 1;
    go(at);
    const again = () => {
      found.splice(place, 0, pair);
      total += 1;
      go(place);
    };
    const kept = A.server.decide({ pair: pair.id, label, reason });
    toast(
      label === null
        ? "Left out of training"
        : `Decided: ${scaleAnswers(scale).find((one) => one.value === label)?.word ?? label}`,
      async () => {
        try {
          await kept;
          await A.server.undecide({ pair: pair.id });
          again();
          emit("changed");
        } catch (error) {
          A.fault("The decision was not taken back. ", error);
        }
      },
    );
    try {
      await kept;
      if (A.progress) A.progress.disputed = Math.max(0, A.progress.disputed - 1);
      emit("changed");
    } catch (error) {
      document.querySelector(".rr-toast")?.remove();
      again();
      A.fault("The decision was not kept. ", error);
    }
  };
  (async () => {
    fill(view, skeleton(6));
    try {
      ({ pairs: found, total, run } = await A.server.disputed({ dataset: A.dataset }));
      go(0);
    } catch (error) {
      fill(view, h("div", { class: "rr-card-body" }, errorBox(error)));
    }
  })();
  return {
    decide,
    pair: current,
    keys: {
      j: () => go(at + 1),
      k: () => go(at - 1),
      x: () => decide(null),
      h: () => openPairHistory(A),
      g: () => openGuidelines(A),
      "?": () => openStreamKeys(A),
    },
  };
};
