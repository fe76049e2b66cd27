// One opened dataset: tiles, its views, a page of 50 pairs, and edits, each of which can be undone.

import { address, goTo, setAddress } from "../lib/address.js";
import { button, emptyState, errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatAgo, formatInt, formatPercent, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";
import { openMenu } from "../lib/menu.js";
import { isTyping, isVisible } from "../lib/poll.js";
import { toast } from "../lib/toast.js";
import { openExport } from "./export.js";
import { drawQuality } from "./quality.js";
import { oneLine, pairChip, rights, scaleName } from "./shared.js";
import { openTextEditor } from "./text_editor.js";
import { drawGuidelines, drawHistory, undoneSentence, viewTabs } from "./views.js";

export const drawPairs = async (node, name, context) => {
  const { server, say } = context;
  const FREE = {
    search: "",
    split: null,
    label: null,
    annotator: null,
    source: null,
    finding: null,
  };
  const filters = { ...FREE },
    selected = new Set(),
    undos = [];
  let dataset = null,
    page = null,
    cursor = { after: null },
    first = 1,
    again = null;
  const tiles = h("dl", { class: "rr-card rr-tiles" }),
    table = h("tbody"),
    count = h("span", { class: "rr-muted" }),
    bar = h("div", {
      class: "rr-selection rr-hidden",
      role: "toolbar",
      "aria-label": "Selected pairs",
    });
  const newer = button("Previous", () => move({ before: page.first }, -50), {
      kind: "small",
      icon: "left",
    }),
    older = button("Next", () => move({ after: page.last }, 50), { kind: "small" });
  older.append(icon("right"));
  const all = h("input", {
    type: "checkbox",
    "aria-label": "Select all on this page",
    onchange: () => {
      page.pairs.forEach((pair) =>
        all.checked ? selected.add(pair.id) : selected.delete(pair.id),
      );
      draw();
    },
  });
  const search = h("input", {
    class: "rr-field",
    type: "search",
    placeholder: "Search queries and passages",
    "aria-label": "Search queries and passages",
    oninput: () => {
      clearTimeout(search.timer);
      search.timer = setTimeout(() => {
        filters.search = search.value;
        begin();
      }, 200);
    },
  });
  const exportButton = button("Export", () => openExport(name, context));
  const tag = h("span", { class: "rr-tag" }),
    note = h("div");
  const splitFilter = filter("split", "Split", ["train", "dev", "test"]),
    labelFilter = filter("label", "Label", []);
  const annotatorFilter = filter("annotator", "Annotator", []),
    sourceFilter = filter("source", "Source", []),
    findingFilter = filter("finding", "Finding", []);
  const panels = { pairs: h("div"), quality: h("div"), guidelines: h("div"), history: h("div") };
  const views = viewTabs(Object.keys(panels), go);
  const head = (text, kind = "") => h("th", { class: kind, scope: "col" }, text);
  fill(
    node,
    h(
      "div",
      { class: "rr-opened-head" },
      linkButton("Datasets", () => setAddress({ open: null })),
      h("span", { class: "rr-muted" }, "/"),
      h("h2", { class: "rr-cut" }, name),
      tag,
      h("span", { class: "rr-grow" }),
      h(
        "span",
        { class: "rr-row rr-opened-acts" },
        button("Annotate", () => goTo("annotate", { dataset: name })),
        button("Train on this", () => goTo("train", { dataset: name })),
        exportButton,
      ),
    ),
    tiles,
    note,
    views.strip,
    Object.values(panels),
    bar,
  );
  fill(
    panels.pairs,
    h(
      "div",
      { class: "rr-card rr-pairs" },
      h(
        "div",
        { class: "rr-tools" },
        h(
          "div",
          { class: "rr-search" },
          icon("search"),
          search,
          h("kbd", { class: "rr-key" }, "/"),
        ),
        splitFilter.button,
        labelFilter.button,
        annotatorFilter.button,
        sourceFilter.button,
        findingFilter.button,
        h("span", { class: "rr-grow" }),
        count,
        newer,
        older,
      ),
      h(
        "table",
        { class: "rr-table rr-pairs-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { class: "tick" }, all),
            head("Query", "query"),
            head("Passage", "passage"),
            head("Label", "chip"),
            head("Split", "split rr-desk"),
            head("By", "by rr-wide rr-desk"),
            head("Source", "source rr-wide rr-desk"),
            head("Updated", "time rr-wide rr-desk"),
          ),
        ),
        table,
      ),
    ),
  );
  fill(table, h("tr", {}, h("td", { colspan: 8 }, skeleton(8))));
  await describe();
  if (!dataset) return;
  offer();
  begin();
  node.rrShowView = showView;
  showView(address.view);

  async function describe() {
    try {
      const told = await server.all_datasets();
      rights.mayChange = told.may_change; // annotators and viewers look
      all.classList.toggle("rr-hidden", !told.may_change);
      dataset = told.datasets.find((one) => one.name === name);
      if (!dataset) {
        fill(
          node,
          emptyState(
            `There is no dataset called ${name}`,
            "It was deleted or renamed.",
            button("Datasets", () => setAddress({ open: null }), { kind: "primary" }),
          ),
        );
        return;
      }
    } catch (error) {
      say(error);
      return;
    }
    tag.textContent = scaleName(dataset.scale);
    labelFilter.choices = [
      ...answers().map(({ value }) => [
        String(value),
        dataset.scale.kind === "binary"
          ? value
            ? "1, relevant"
            : "0, not relevant"
          : String(value),
      ]),
      ["none", "none"],
      ["disputed", "disputed"],
      ["left out", "left out"],
    ];
    const tile = (word, value, more, kind, below) =>
      h(
        "div",
        { class: "rr-tile" },
        h("dt", {}, word),
        h(
          "dd",
          { class: kind },
          value,
          more && h("small", {}, more),
          below && h("div", { class: "rr-tile-below" }, below),
        ),
      );
    let sides = null;
    try {
      sides = (await server.split_receipt({ dataset: name })).on_two_sides;
    } catch {
      /* the tile can do without */
    }
    const receipt =
      sides === null
        ? null
        : h(
            "small",
            { class: sides ? "rr-two-sides" : "" },
            sides
              ? linkButton(`${plural(sides, "query", "queries")} on two sides`, () => go("quality"))
              : "no query is on two sides",
          );
    const known = dataset.hidden
      ? h("small", {}, `labels of ${plural(dataset.hidden, "pair")} are hidden from you`)
      : null;
    const { splits } = dataset,
      each = dataset.queries ? (dataset.pairs / dataset.queries).toFixed(1) : "0";
    fill(
      tiles,
      tile(
        "Pairs",
        formatInt(dataset.pairs),
        dataset.unlabelled ? `${formatInt(dataset.unlabelled)} without a label` : null,
      ),
      tile("Queries", formatInt(dataset.queries), `${each} pairs each`),
      tile(
        "Positive",
        formatPercent(dataset.positives, dataset.labelled),
        formatInt(dataset.positives),
        null,
        known,
      ),
      tile(
        "Human labels",
        formatInt(dataset.labelled_by_people),
        dataset.pairs ? formatPercent(dataset.labelled_by_people, dataset.pairs, 0) : null,
      ),
      tile(
        "Train, dev, test",
        formatInt(splits.train),
        `${formatInt(splits.dev)} · ${formatInt(splits.test)}`,
        null,
        receipt,
      ),
      tile(
        "Disputed",
        formatInt(dataset.disputed),
        null,
        dataset.disputed ? "disputed" : "",
        known,
      ),
    );
  }
  function answers() {
    return scaleAnswers(dataset.scale);
  }
  async function offer() {
    const show = (told, names, least) => {
      told.choices = names.map((one) => [one, one]);
      told.hidden = names.length < least;
      told.draw();
    };
    show(annotatorFilter, [], 1);
    show(sourceFilter, [], 1);
    show(findingFilter, [], 1);
    try {
      const told = await server.filter_choices({ dataset: name });
      show(annotatorFilter, told.annotators, 1);
      show(sourceFilter, told.sources, 2);
    } catch (error) {
      say(error);
    }
  }

  // -- the views: pairs, quality, guidelines, history
  function go(view) {
    setAddress({ view: view === "pairs" ? null : view });
  }
  function showView(view) {
    const chosen = panels[view] ? view : "pairs";
    views.choose(chosen);
    for (const [key, panel] of Object.entries(panels))
      panel.classList.toggle("rr-hidden", key !== chosen);
    bar.classList.toggle("rr-hidden", chosen !== "pairs" || !selected.size);
    const more = {
      ...context,
      changed: async (done, word) => {
        await change(
          () => done,
          () => word,
        );
      },
      showRows,
      badge: views.badge,
    };
    if (chosen === "quality") drawQuality(panels.quality, name, more);
    else if (chosen === "guidelines") drawGuidelines(panels.guidelines, name, more);
    else if (chosen === "history")
      drawHistory(panels.history, name, {
        ...more,
        refreshed: async () => {
          await load();
          describe();
          emit("labels");
        },
      });
  }
  // The rows behind a finding: the pairs, filtered by it.
  function showRows(finding, text) {
    Object.assign(filters, FREE, { finding });
    search.value = "";
    findingFilter.text = text;
    [splitFilter, labelFilter, annotatorFilter, sourceFilter, findingFilter].forEach((one) =>
      one.draw(),
    );
    go("pairs");
    begin();
  }

  // -- the page
  function begin() {
    cursor = { after: null };
    first = 1;
    load();
  }
  function move(to, by) {
    cursor = to;
    first = Math.max(1, first + by);
    load();
    window.scrollTo({ top: 0 });
  }
  async function load() {
    const asked = JSON.stringify([filters, cursor]);
    load.asked = asked;
    try {
      const told = await server.page_of_pairs({ dataset: name, ...filters, ...cursor });
      if (load.asked !== asked) return;
      page = told;
      clearTimeout(again);
      fill(
        note,
        page.not_searched
          ? h(
              "p",
              { class: "rr-note rr-preparing", role: "status" },
              `Search is being prepared: ${plural(page.not_searched, "pair")} still to come.`,
            )
          : null,
      );
      if (page.not_searched) again = setTimeout(() => tiles.isConnected && load(), 1500);
      if (!page.more_before) first = 1;
    } catch (error) {
      fill(table, h("tr", {}, h("td", { colspan: 8 }, errorBox(error, button("Try again", load)))));
      return;
    }
    draw();
  }
  function draw() {
    const free = Object.values(filters).every((value) => !value),
      n = page.pairs.length;
    count.textContent = n
      ? `${formatInt(first)} to ${formatInt(first + n - 1)}${free && dataset ? ` of ${formatInt(dataset.pairs)}` : ""}`
      : "";
    newer.disabled = !page.more_before;
    older.disabled = !page.more_after;
    all.checked = n > 0 && page.pairs.every((pair) => selected.has(pair.id));
    fill(
      table,
      n
        ? page.pairs.map(row)
        : h(
            "tr",
            {},
            h(
              "td",
              { colspan: 8, class: "rr-muted" },
              page.not_searched
                ? "Nothing found yet; the search goes on."
                : free
                  ? "This dataset holds no pair."
                  : "No pair fits. Search for less, or take a filter away.",
            ),
          ),
    );
    drawBar();
  }
  function row(pair) {
    const may = rights.mayChange,
      label = pairChip(pair, dataset.scale);
    const chip = may
      ? h(
          "button",
          {
            type: "button",
            class: "rr-chip-button",
            title: "Change the label",
            "aria-haspopup": "menu",
            onclick: () => labelMenu(chip, [pair.id]),
          },
          label,
        )
      : label;
    const tick = h("input", {
      type: "checkbox",
      "aria-label": "Select this pair",
      checked: selected.has(pair.id),
      onchange: () => {
        tick.checked ? selected.add(pair.id) : selected.delete(pair.id);
        line.setAttribute("aria-selected", tick.checked);
        drawBar();
      },
    });
    const text = (key) => {
      const cell = h(
        "td",
        {
          class: `rr-text ${key}`,
          dir: "auto",
          tabindex: 0,
          title: pair[key],
          ondblclick: () => may && edit(cell, pair, key),
        },
        oneLine(pair[key]),
      );
      cell.addEventListener("keydown", (event) => {
        if (may && event.key === "Enter" && event.target === cell) {
          event.preventDefault();
          edit(cell, pair, key);
        }
      });
      return cell;
    };
    const line = h(
      "tr",
      { "aria-selected": String(selected.has(pair.id)), "data-id": pair.id },
      h("td", { class: "tick" }, may && tick),
      text("query"),
      text("passage"),
      h("td", { class: "chip" }, chip),
      h("td", { class: "rr-desk" }, pair.split),
      h(
        "td",
        { class: "rr-wide rr-desk rr-muted", title: pair.by.join(", ") },
        pair.by.length > 1
          ? `${pair.by.length} people`
          : pair.by[0] ||
              (pair.effective === null && ["unlabelled", "hidden"].includes(pair.state)
                ? ""
                : "imported"),
      ),
      h(
        "td",
        {
          class: "rr-wide rr-desk rr-muted",
          title: pair.line ? `${pair.source}, line ${pair.line}` : pair.source,
        },
        pair.source,
      ),
      h("td", { class: "rr-wide rr-desk rr-muted" }, formatAgo(pair.updated_at)),
    );
    line.addEventListener("keydown", (event) => {
      if (
        (event.target.matches("input,textarea,[contenteditable]") &&
          event.target.type !== "checkbox") ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey
      )
        return;
      const answer = may && answers().find(({ key }) => key === event.key);
      const near = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling }[
        event.key
      ];
      if (answer)
        setLabel(selected.has(pair.id) ? [...selected] : [pair.id], answer.value); // the bar promises it
      else if (near) {
        const at = [...line.children].indexOf(event.target.closest("td"));
        (near.children[at]?.querySelector("button,input") || near.children[at])?.focus();
      } else if (may && event.key === " " && event.target.matches("td")) tick.click();
      else return;
      event.preventDefault();
    });
    return line;
  }

  // -- edits: each is one call, shown at once, with an undo
  async function change(act, word, focus) {
    try {
      const done = await act();
      if (done.edit !== null) undos.push(done.edit);
      toast(word(done), done.edit === null ? null : undo);
      await load();
      describe();
      emit("labels");
      if (focus) table.querySelector(`tr[data-id="${focus}"] .rr-chip-button`)?.focus();
      return done;
    } catch (error) {
      say(error);
      return null;
    }
  }
  async function undo() {
    if (!undos.length) return;
    try {
      toast(undoneSentence(await server.undo({ edit: undos.pop() })));
      await load();
      describe();
      emit("labels");
    } catch (error) {
      say(error);
    }
  }
  const on = (done) => plural(done.pairs, "pair");
  function setLabel(ids, value) {
    return change(
      () => server.set_label({ dataset: name, ids, label: value }),
      (done) =>
        value === null
          ? `${on(done)} left out of training`
          : `Label set to ${value} on ${on(done)}`,
      ids[0],
    );
  }
  function labelMenu(anchor, ids) {
    openMenu(anchor, [
      ...answers().map(({ value, word, key }) => ({
        text: word,
        more: key,
        act: () => setLabel(ids, value),
      })),
      "-",
      { text: "No label, leave out of training", act: () => setLabel(ids, null) },
    ]);
  }
  function edit(cell, pair, key) {
    if (cell.querySelector("textarea")) return;
    openTextEditor(cell, pair, key, {
      close() {
        cell.classList.remove("editing");
        fill(cell, oneLine(pair[key]));
        cell.focus();
      },
      save: (changed) =>
        change(
          () => server.edit_text({ dataset: name, id: pair.id, ...changed }),
          (done) =>
            done.edit === null
              ? "Nothing changed"
              : `Changed the ${key} of ${on(done)}` +
                (changed.labels === "remove" ? "; the label was removed" : "; the label stays"),
          pair.id,
        ),
    });
  }

  // -- many at once
  function drawBar() {
    bar.classList.toggle(
      "rr-hidden",
      !selected.size || panels.pairs.classList.contains("rr-hidden"),
    );
    if (!selected.size) {
      fill(bar);
      return;
    }
    const ids = [...selected],
      clear = () => {
        selected.clear();
        draw();
      };
    const split = button(
      "Split",
      () =>
        openMenu(
          split,
          ["train", "dev", "test"].map((one) => ({
            text: `Move to ${one}, whole queries`,
            act: async () => {
              if (
                await change(
                  () => server.move_split({ dataset: name, ids, split: one }),
                  (done) => `${on(done)} moved to ${one}, with all pairs of the same queries`,
                )
              )
                clear();
            },
          })),
        ),
      { kind: "small" },
    );
    split.append(icon("down"));
    const choices = answers()
      .slice(0, 5)
      .map(({ value, key }) =>
        h(
          "button",
          {
            type: "button",
            class: "rr-button small",
            onclick: async () => {
              if (await setLabel(ids, value)) clear();
            },
          },
          labelChip(value, dataset.scale),
          h("kbd", { class: "rr-key" }, key),
        ),
      );
    fill(
      bar,
      h("b", {}, `${formatInt(ids.length)} selected`),
      h("span", { class: "rr-muted rr-desk" }, "Set label"),
      choices,
      split,
      button(
        "Delete",
        async () => {
          if (
            await change(
              () => server.delete_pairs({ dataset: name, ids }),
              (done) => `${on(done)} deleted`,
            )
          )
            clear();
        },
        { kind: "small danger", icon: "trash" },
      ),
      button("", clear, { kind: "small icon quiet", icon: "cross", label: "Clear the selection" }),
    );
  }
  function filter(key, word, choices) {
    const told = { choices: choices.map((one) => [one, one]), hidden: false };
    const drawButton = () => {
      const value = filters[key];
      told.button.className = `rr-button small rr-filter ${value ? "on" : told.hidden ? "rr-hidden" : ""}`;
      fill(
        told.button,
        h("span", { class: "rr-cut" }, value ? `${word}: ${told.text || value}` : word),
        icon(value ? "cross" : "down"),
      );
      told.button.title = value ? told.text || value : "";
    };
    const set = (value) => {
      filters[key] = value;
      told.text = null;
      drawButton();
      begin();
    };
    told.draw = drawButton;
    told.button = h("button", {
      type: "button",
      onclick: () =>
        filters[key]
          ? set(null)
          : openMenu(
              told.button,
              told.choices.map(([value, text]) => ({ text, act: () => set(value) })),
            ),
    });
    drawButton();
    return told;
  }

  // -- keys of this view, while it is to be seen
  const keys = (event) => {
    if (!tiles.isConnected) {
      document.removeEventListener("keydown", keys);
      return;
    }
    if (!isVisible(tiles) || address.open !== name || (address.view || "pairs") !== "pairs") return;
    if (
      (event.ctrlKey || event.metaKey) &&
      event.key === "z" &&
      !event.target.closest("input,textarea") &&
      undos.length
    ) {
      event.preventDefault();
      undo();
    } else if (!isTyping(event) && event.key === "/") {
      event.preventDefault();
      search.focus();
    } else if (
      (!isTyping(event) || event.target === all) &&
      selected.size &&
      !event.target.closest("tbody tr")
    ) {
      const answer = answers().find(({ key }) => key === event.key);
      if (answer) setLabel([...selected], answer.value);
    }
  };
  document.addEventListener("keydown", keys);
};
