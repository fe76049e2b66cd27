// The Playground: one query, its candidates, up to three rankers. What is asked for is kept in the
// address (a, b, c, q, from, k, p, browse), so that a link opens the same view; passages that are too long
// for that are packed behind its #, which the server never sees.

import { address, goTo, setAddress, tabButton } from "../lib/address.js";
import { copyText } from "../lib/clipboard.js";
import { button, errorBox } from "../lib/controls.js";
import { openKeyHelp } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { listen } from "../lib/events.js";
import { formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { scaleAnswers } from "../lib/labels.js";
import { isTyping, isVisible } from "../lib/poll.js";
import { toast } from "../lib/toast.js";
import { queryPicker } from "./queries.js";
import { rankedLists } from "./results.js";

export const drawRoom = ({ room, server }) => {
  const view = {
    rankers: [],
    defaults: {},
    hub: [],
    answer: null,
    busy: 0,
    failed: false,
    get a() {
      return address.a || view.defaults.a || "bm25";
    },
    get b() {
      return address.b || view.defaults.b || "cosine";
    },
    role: "viewer",
    may: (role) =>
      ["viewer", "annotator", "admin"].indexOf(view.role) >=
      ["viewer", "annotator", "admin"].indexOf(role),
    get c() {
      return address.c || null;
    },
    get models() {
      return [view.a, view.b, view.c].filter(Boolean);
    },
    get dataset() {
      return address.dataset || "";
    },
    get source() {
      return address.from || (address.p ? "paste" : view.dataset ? "labelled" : "paste");
    },
    get k() {
      return Number(address.k) || 50;
    },
  };

  // -- the question
  const query = h("input", {
    class: "rr-field",
    type: "text",
    id: "rr-query",
    "aria-label": "Query",
    "aria-keyshortcuts": "/",
    placeholder: "What would someone search for?",
    autocomplete: "off",
    spellcheck: "false",
  });
  query.value = address.q || "";
  const go = button("Rank", () => rank(), { kind: "primary", key: "Enter" });
  go.id = "rr-rank";
  go.removeAttribute("aria-keyshortcuts");
  go.removeAttribute("title");
  const source = h("div", { class: "rr-segment", role: "group", "aria-label": "Candidates" });
  const sourceList = h("select", {
    class: "rr-select rr-source-list",
    "aria-label": "Candidates",
    onchange: () => choose(sourceList.value),
  });
  const k = h(
    "select",
    { class: "rr-select", "aria-label": "Candidates by BM25" },
    [20, 50, 100, 200].map((n) => h("option", { value: n }, `top ${n}`)),
  );
  const browse = button("Browse test queries", () => picker.toggle(), { icon: "search" });
  browse.setAttribute("aria-expanded", "false");
  const took = h("div", { class: "rr-took", role: "status" });
  const passages = h("textarea", {
    class: "rr-field",
    rows: 6,
    id: "rr-passages",
    spellcheck: "false",
  });
  passages.value = address.p || "";
  const paste = h(
    "div",
    { class: "rr-paste" },
    h(
      "label",
      { class: "rr-label", for: "rr-passages" },
      "Passages: one a line, or long ones with a blank line between",
    ),
    passages,
  );
  const file = h("input", {
    type: "file",
    class: "rr-sr",
    tabindex: "-1",
    "aria-hidden": "true",
    accept: ".txt,.jsonl,.csv,.tsv,text/plain",
    onchange: () => upload(file.files[0]),
  });
  paste.append(
    h(
      "div",
      { class: "rr-row rr-paste-foot" },
      button("From a file", () => file.click(), { kind: "small", icon: "upload" }),
      file,
      h("span", { class: "rr-faint" }, 'Text as above, or JSON Lines of strings or {"passage"}.'),
    ),
  );
  const body = h("div", { class: "rr-play-body" });
  const picker = queryPicker(view, server, {
    open: (text) => {
      query.value = text;
      setAddress({ from: "labelled" });
      drawSource();
      picker.toggle(false);
      rank();
      query.scrollIntoView({ block: "nearest" });
    },
    told: (open) => {
      browse.setAttribute("aria-expanded", String(open));
      setAddress({ browse: open ? "1" : null });
    },
  });
  fill(
    room,
    h("h1", { class: "rr-sr" }, "Playground"),
    h(
      "form",
      {
        class: "rr-card rr-ask",
        role: "search",
        onsubmit: (event) => {
          event.preventDefault();
          rank();
        },
      },
      h(
        "div",
        { class: "rr-ask-row" },
        h("div", { class: "rr-ask-field" }, icon("search"), query),
        sourceList,
        go,
      ),
      h(
        "div",
        { class: "rr-row rr-ask-how" },
        h("span", { class: "rr-muted rr-desk" }, "Candidates"),
        source,
        k,
        browse,
        h("span", { class: "rr-grow" }),
        took,
      ),
      paste,
    ),
    picker.element,
    body,
  );

  const SOURCES = {
    paste: () => "paste",
    dataset: () => `BM25 from ${view.dataset}`,
    labelled: () => "a labelled query",
  };
  function drawSource() {
    const names = view.dataset ? Object.keys(SOURCES) : ["paste"];
    fill(
      source,
      names.map((name) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(view.source === name),
            onclick: () => choose(name),
          },
          SOURCES[name](),
        ),
      ),
    );
    fill(
      sourceList,
      names.map((name) =>
        h("option", { value: name }, `Candidates: ${SOURCES[name]().replace("a ", "")}`),
      ),
    );
    sourceList.value = view.source;
    paste.hidden = view.source !== "paste";
    k.hidden = view.source !== "dataset";
    k.value = String(view.k);
    browse.hidden = !view.dataset;
  }
  async function upload(chosen) {
    if (!chosen) return;
    file.value = "";
    if (chosen.size > 20e6) {
      toast(`${chosen.name} has more than 20 MB. Import it in Data and rank by BM25 instead`);
      return;
    }
    const text = await chosen.text();
    try {
      passages.value = chosen.name.endsWith(".jsonl") ? fromLines(text) : text;
    } catch (error) {
      toast(`${chosen.name}: ${error.message}`);
      return;
    }
    passages.focus();
  }
  const fromLines = (text) =>
    text
      .split("\n")
      .filter((line) => line.trim())
      .map((line, at) => {
        let told;
        try {
          told = JSON.parse(line);
        } catch {
          throw new Error(`line ${at + 1} is not JSON`);
        }
        const passage = typeof told === "string" ? told : (told?.passage ?? told?.text);
        if (typeof passage !== "string")
          throw new Error(`line ${at + 1} is neither a string nor {"passage"}`);
        return passage.replace(/\n\s*\n/g, "\n");
      })
      .join("\n\n");
  function choose(name) {
    setAddress({ from: name });
    drawSource();
    if (name === "paste") passages.focus();
    else if (query.value.trim() && view.answer?.source !== "paste") rank();
  }
  k.addEventListener("change", () => {
    setAddress({ k: k.value });
    rank();
  });
  query.addEventListener("keydown", (event) => {
    if (event.key === "Escape") query.blur();
  });

  // -- asking and showing
  const list = rankedLists(view, server, {
    share,
    again: () => rank(),
    swap: (side, name) => {
      setAddress({ [side]: name });
      view.answer || view.failed ? rank() : draw();
    },
  });
  async function rank() {
    const text = query.value.trim();
    const pasted = view.source === "paste" ? passages.value : "";
    setAddress({
      q: text || null,
      a: view.a,
      b: view.b,
      c: view.c,
      from: view.source,
      p: pasted && pasted.length <= 1500 ? pasted : null,
    });
    view.busy += 1;
    const turn = view.busy;
    go.disabled = true;
    took.textContent = "";
    const waiting = setTimeout(() => {
      if (turn === view.busy)
        list.wait(
          body,
          "Ranking. The first time a model is used it is loaded, which takes a few seconds.",
        );
    }, 300);
    try {
      const answer = await server.compare({
        models: view.models,
        query: text,
        source: view.source,
        dataset: view.dataset,
        k: view.k,
        passages: pasted,
      });
      if (turn !== view.busy) return;
      view.answer = answer;
      view.failed = false;
      showTime(answer);
      list.draw(body);
    } catch (error) {
      if (turn !== view.busy) return;
      view.answer = null;
      view.failed = true;
      list.clear();
      fill(body, list.heads(), errorBox(error, ...mends(error)));
    } finally {
      clearTimeout(waiting);
      if (turn === view.busy) go.disabled = false;
    }
  }
  const mends = () =>
    [
      view.source === "labelled" && view.dataset
        ? button("Browse test queries", () => picker.toggle(true))
        : null,
      view.source === "labelled" && query.value.trim()
        ? button("Use BM25 candidates", () => choose("dataset"))
        : null,
    ].filter(Boolean);
  function showTime(answer) {
    const ms = (n) =>
      n < 10 ? n.toFixed(1) : n < 10000 ? formatInt(n) : `${formatInt(n / 1000)},000`;
    const loaded = answer.sides
      .filter((side) => side.loading > 0.05)
      .map((side) => `${side.title} loaded in ${side.loading.toFixed(1)} s`);
    fill(
      took,
      answer.sides.map((side, at) =>
        h(
          "span",
          {},
          at ? " · " : "",
          h("span", { title: side.engine || null }, `${"ABC"[at]} `),
          h("b", {}, `${ms(side.milliseconds)} ms`),
        ),
      ),
      ` for ${plural(answer.candidates, "passage")} on this machine`,
      loaded.length ? h("span", { class: "rr-faint" }, ` · ${loaded.join(", ")}`) : null,
    );
  }

  // -- links
  const bytes = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());
  async function packed(text) {
    const small = await bytes(
      new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")),
    );
    let told = "";
    for (const byte of small) told += String.fromCharCode(byte);
    return btoa(told).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }
  async function unpacked(told) {
    const small = Uint8Array.from(atob(told.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
      letter.charCodeAt(0),
    );
    return new TextDecoder().decode(
      await bytes(new Blob([small]).stream().pipeThrough(new DecompressionStream("deflate-raw"))),
    );
  }
  async function share() {
    const url = new URL(location.href),
      long = view.source === "paste" && !address.p && passages.value;
    if (long) url.hash = `p=${await packed(passages.value)}`;
    const kept = url.href.length <= 60000;
    if (!kept) url.hash = "";
    copyText(
      url.href,
      kept
        ? "Link copied: it opens these rankers, this query and its candidates"
        : "Link copied without the pasted passages: they are too long for a link",
    );
  }

  // -- nothing asked yet
  async function draw() {
    drawSource();
    if (view.answer) {
      list.draw(body);
      return;
    }
    const trained = view.rankers.some((ranker) => ranker.ready && /^\d+$/.test(ranker.name));
    const hint = view.dataset
      ? `Choose one of the queries of ${view.dataset}: its labels show which order is better.`
      : "Write a query and paste the passages it should find.";
    const starts = h("div", { class: "rr-starts" });
    fill(
      body,
      trained
        ? null
        : h(
            "div",
            { class: "rr-notice rr-untrained" },
            icon("info"),
            h(
              "div",
              { class: "rr-grow" },
              h("span", { class: "rr-strong" }, "No run has finished yet. "),
              h(
                "span",
                { class: "rr-muted" },
                "BM25 and cosine rank already; a trained run shows beside them what your labels change.",
              ),
            ),
            tabButton("train")
              ? button("Train a reranker", () => goTo("train"), { kind: "small" })
              : null,
          ),
      list.heads(),
      h(
        "div",
        { class: "rr-card rr-play-first" },
        h(
          "div",
          { class: "rr-empty" },
          h("h2", {}, "Rank the same passages twice"),
          h("p", {}, `The best passages of both rankers stand side by side. ${hint}`),
          starts,
        ),
      ),
    );
    if (!view.dataset) {
      fill(
        starts,
        tabButton("data") ? button("Import a file", () => goTo("data"), { icon: "upload" }) : null,
      );
      return;
    }
    const found = await picker.queries().catch(() => []);
    if (view.answer) return;
    if (!found.length) {
      fill(
        starts,
        h(
          "span",
          { class: "rr-muted" },
          `The test split of ${view.dataset} has no query with both a positive and a negative candidate yet.`,
        ),
      );
      return;
    }
    fill(
      starts,
      [...found]
        .sort((one, two) => two.candidates - one.candidates)
        .slice(0, 4)
        .map((row) =>
          h(
            "button",
            { type: "button", class: "rr-start", onclick: () => picker.open(row.query) },
            icon("search"),
            h("span", { class: "rr-cut rr-grow" }, row.query),
            h("span", { class: "rr-faint" }, `${row.candidates} passages`),
          ),
        ),
    );
  }

  async function refresh() {
    const told = await server.rankers();
    view.rankers = told.rankers;
    view.defaults = { a: told.a, b: told.b };
    view.role = told.role;
    view.demo = told.demo;
  }
  document.addEventListener("keydown", (event) => {
    if (!isVisible(room) || isTyping(event) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      event.preventDefault();
      query.focus();
      query.select();
    } else if (event.key === "?") keys();
    else list.key(event);
  });
  const keys = () =>
    openKeyHelp([
      ["/", "Focus query"],
      ["j", "Next result"],
      ["k", "Previous result"],
      ["Enter", "Open the result"],
      ...(view.answer?.dataset && view.may("annotator")
        ? scaleAnswers(view.answer.scale || { kind: "binary", max: 1 }).map(({ key, word }) => [
            key,
            `Label it: ${word}`,
          ])
        : []),
    ]);
  let dataset = view.dataset; // "" until the header knows which one: that is no change of mind
  listen("dataset", () => {
    const first = !dataset;
    dataset = view.dataset;
    took.textContent = "";
    picker.reset();
    if (first && address.q) {
      drawSource();
      Promise.resolve(given).then(rank);
      return;
    }
    if (view.source !== "paste") {
      query.value = "";
      setAddress({ q: null });
    }
    view.answer = null;
    view.failed = false;
    list.clear();
    draw();
  });
  listen("runs", () =>
    refresh()
      .then(() => (view.answer ? list.redrawHeads() : draw()))
      .catch(() => {}),
  );
  const given = location.hash.startsWith("#p=")
    ? unpacked(location.hash.slice(3)).then(
        (text) => {
          passages.value = text;
          history.replaceState(null, "", location.pathname + location.search);
        },
        () => toast("The passages in this link cannot be read: it was cut short"),
      )
    : null;
  Promise.all([refresh(), given])
    .then(() => {
      if (address.browse && view.dataset) picker.toggle(true);
    })
    .then(() => {
      if (!address.q || !(dataset || address.p || address.from === "paste")) return draw();
      drawSource();
      return rank();
    })
    .catch((error) => fill(body, errorBox(error)));
};
