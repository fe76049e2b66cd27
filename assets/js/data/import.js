// Import: drop a file, see how it is read, map its columns, see what is kept and what is left out.

import { button, errorBox, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { Refused } from "../lib/server.js";
import { sideRows, unreadColumns } from "./import_columns.js";
import { formatSize, oneLine, scaleName } from "./shared.js";

// Formats whose records say themselves what is what; in all others a person may choose columns.
const TOOLS = [
  "beir",
  "trec",
  "trec-run",
  "label-studio",
  "argilla",
  "prodigy",
  "quepid-book",
  "squad",
  "tat-qa",
  "id-lists",
];

export const importPanel = (node, { server, upload, say, stored }) => {
  const heading = h("h2", {}, "Import"),
    body = h("div");
  fill(node, h("div", { class: "rr-section" }, heading), body);
  const KEPT = "rr-import";
  let token = recall(),
    said = {},
    change = false,
    name = null,
    timer = null;
  const confirmed = new Set(); // columns that need not be read, as the person says

  // -- the field a file is dropped on
  const idle = (error) => {
    token = null;
    said = {};
    change = false;
    name = null;
    confirmed.clear();
    keep(null);
    const input = h("input", {
      type: "file",
      class: "rr-sr",
      id: "rr-file",
      onchange: () => input.files[0] && begin(input.files[0]),
    });
    const pick = h("label", { class: "rr-link", for: "rr-file" }, "choose one");
    const field = h(
      "div",
      { class: "rr-drop" },
      h("span", { class: "rr-drop-mark" }, icon("upload")),
      h(
        "div",
        { class: "rr-grow" },
        h("p", {}, h("b", {}, "Drop a file here, or "), pick, input),
        h(
          "p",
          { class: "rr-muted" },
          "CSV, Excel, JSON, Parquet, BEIR, TREC, Label Studio, Argilla, Quepid and more. We say what we read before anything is stored.",
        ),
      ),
    );
    for (const kind of ["dragenter", "dragover"])
      field.addEventListener(kind, (event) => {
        event.preventDefault();
        field.classList.add("over");
      });
    for (const kind of ["dragleave", "drop"])
      field.addEventListener(kind, (event) => {
        event.preventDefault();
        field.classList.remove("over");
      });
    field.addEventListener(
      "drop",
      (event) => event.dataTransfer.files[0] && begin(event.dataTransfer.files[0]),
    );
    const id = h("input", {
      class: "rr-field",
      id: "rr-hub",
      placeholder: "owner/name",
      spellcheck: "false",
    });
    const hub = h(
      "form",
      {
        class: "rr-hub",
        onsubmit: (event) => {
          event.preventDefault();
          if (id.value.trim()) fromHub(id.value.trim());
        },
      },
      h("label", { class: "rr-label", for: "rr-hub" }, "Or a Hub dataset id"),
      h(
        "div",
        { class: "rr-row" },
        id,
        h("button", { type: "submit", class: "rr-button" }, "Read"),
      ),
    );
    field.append(hub);
    fill(body, error ? h("div", { style: "margin-bottom:12px" }, errorBox(error)) : null, field);
  };
  const begin = async (file) => {
    working(`Uploading ${file.name}`, formatSize(file.size), null);
    try {
      const { path } = await upload(file);
      ({ token } = await server.begin_upload({ path, name: file.name }));
      keep(token);
      name = suggest(file.name);
      follow();
    } catch (error) {
      idle(
        error instanceof Refused
          ? error
          : `${file.name} could not be uploaded. It may be larger than the limit, or the connection was lost.`,
      );
    }
  };
  const fromHub = async (id) => {
    working(`Asking the Hub for ${id}`, "", null);
    try {
      ({ token } = await server.begin_hub({ id }));
      keep(token);
      name = suggest(id.split("/").pop());
      follow();
    } catch (error) {
      idle(error);
    }
  };
  const suggest = (file) =>
    file
      .replace(/(\.(csv|tsv|txt|jsonl?|ndjson|gz|zip|parquet|xlsx))+$/i, "")
      .replace(/[/\\:]+/g, " ")
      .trim()
      .slice(0, 80) || "dataset";

  // -- follow what the server does with it
  const follow = async () => {
    clearTimeout(timer);
    if (!token) return;
    let state;
    try {
      state = await server.upload_state({ token });
    } catch (error) {
      if (error.fault === false) idle();
      else timer = setTimeout(follow, 2000);
      return;
    }
    name ||= suggest(state.file);
    if (state.said) said = state.said;
    if (state.state === "reading") {
      working(
        `Reading ${state.file}`,
        state.records ? plural(state.records, "record") : formatSize(state.bytes),
        state.total ? Math.min(1, state.bytes / state.total) : null,
      );
      timer = setTimeout(follow, 250);
    } else if (state.state === "storing") {
      working(
        `Importing into ${state.dataset}`,
        `${formatInt(state.through)} of ${plural(state.of, "pair")}`,
        state.of ? state.through / state.of : null,
      );
      timer = setTimeout(follow, 400);
    } else if (state.state === "stored") {
      const done = token;
      idle();
      server.end_upload({ token: done }).catch(() => {});
      stored(state);
    } else show(state);
  };
  const working = (title, text, part) =>
    fill(
      body,
      h(
        "div",
        { class: "rr-card rr-working", role: "status" },
        h(
          "div",
          { class: "rr-row" },
          h("b", { class: "rr-grow rr-cut" }, title),
          h("span", { class: "rr-muted" }, text),
          token && button("Cancel", cancel, { kind: "small" }),
        ),
        h(
          "div",
          { class: "rr-bar" },
          h("i", { style: `width:${part === null ? 8 : Math.max(2, 100 * part)}%` }),
        ),
      ),
    );
  const cancel = async () => {
    const gone = token;
    clearTimeout(timer);
    idle();
    try {
      await server.end_upload({ token: gone });
    } catch (error) {
      say(error);
    }
  };
  const again = async (changes) => {
    said = Object.fromEntries(
      Object.entries({ ...said, ...changes }).filter(([, value]) => value !== null && value !== ""),
    );
    try {
      await server.read_upload({ token, said });
      follow();
    } catch (error) {
      idle(error);
    }
  };

  // -- what was read
  const show = (state) => {
    const plan = state.plan || {},
      columns = plan.columns || state.columns || [];
    const strip = h(
      "div",
      { class: "rr-strip" },
      icon("file"),
      h("b", { class: "rr-cut" }, state.file),
      h("span", { class: "rr-muted" }, state.hub ? "from the Hub" : formatSize(state.bytes)),
      state.plan && h("span", { class: "rr-read-as" }, ...readAs(state)),
      linkButton(change ? "Done" : "Change", () => {
        change = !change;
        show(state);
      }),
      h("span", { class: "rr-grow" }),
      button("Another file", cancel, { kind: "small" }),
    );
    const left = state.left_out || [];
    fill(
      body,
      h(
        "div",
        { class: "rr-card rr-import" },
        strip,
        change && options(plan),
        state.refused &&
          h(
            "div",
            { class: "rr-card-body" },
            errorBox(state.refused),
            needsTexts(state) && textsForm(state),
          ),
        columns.length || state.preview
          ? h("div", { class: "rr-import-grid" }, mapping(state, columns), preview(state))
          : null,
        state.asks === "labels" &&
          h(
            "div",
            { class: "rr-card-body" },
            errorBox(
              "The labels are names, not numbers. Say above what each one means; what stays empty is left out.",
            ),
          ),
        state.report && h("div", { class: "rr-import-grid" }, ledger(state), leftOut(state, left)),
        state.report && unreadColumns(state.unread || [], confirmed, () => show(state)),
        state.mojibake && encoding(state.mojibake),
        state.not_stored && h("div", { class: "rr-card-body" }, errorBox(state.not_stored)),
        state.report && foot(state),
      ),
    );
  };
  const readAs = ({ plan, report }) => {
    const kind =
      {
        delimited: plan.delimiter === "tab" ? "TSV" : "CSV",
        "json lines": "JSON Lines",
        json: "JSON",
        parquet: "Parquet",
        blanks: "TREC",
        beir: "BEIR",
      }[plan.container] || plan.container;
    const family = ["pairs", "trec", "beir", "trec-run"].includes(plan.format) ? null : plan.format;
    const words = [
      family,
      plan.encoding?.toUpperCase().replace("-SIG", ""),
      plan.delimiter,
      plan.quotes === null ? null : plan.quotes ? "quotes on" : "quotes off",
      plan.header === false ? "no header" : null,
      report && plural(report.records, "record"),
    ];
    return ["Read as ", h("b", {}, kind), ...words.filter(Boolean).map((word) => `, ${word}`)];
  };
  const select = (choices, value, onchange, label) => {
    const field = h(
      "select",
      { class: "rr-select", "aria-label": label, onchange: () => onchange(field.value) },
      choices.map(([key, text]) => h("option", { value: key }, text)),
    );
    field.value = value ?? "";
    return field;
  };
  const row = (label, field) => h("label", { class: "rr-map-row" }, h("span", {}, label), field);
  const numberField = (label, value, onchange) => {
    const field = h("input", {
      class: "rr-field",
      type: "number",
      step: "any",
      min: 0,
      value: value ?? "",
      "aria-label": label,
      onchange: () => onchange(field.value === "" ? null : Number(field.value)),
    });
    return field;
  };

  const mapping = (state, columns) => {
    const plan = state.plan || {},
      choices = (empty) => [
        ["", empty],
        ...columns.map((column) => [
          column,
          column.length > 40 ? `${column.slice(0, 39)}…` : column,
        ]),
      ];
    const fixed = state.plan && TOOLS.includes(plan.format);
    const role = (key, label, empty) =>
      row(
        label,
        select(
          choices(empty),
          plan[key] ?? said[key],
          (value) => again({ [key]: value || null }),
          label,
        ),
      );
    const scale = h(
      "div",
      { class: "rr-segment", role: "group", "aria-label": "Scale" },
      ["binary", "graded", "score"].map((kind) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String((said.scale || state.scale?.kind) === kind),
            onclick: () => again({ scale: kind }),
          },
          kind === "graded" && state.scale?.kind === "graded" ? scaleName(state.scale) : kind,
        ),
      ),
    );
    return h(
      "div",
      { class: "rr-import-side" },
      h("h3", {}, "Columns"),
      fixed
        ? h(
            "p",
            { class: "rr-muted" },
            `The file says itself what is what: it is read as ${plan.format}.`,
          )
        : [
            role("query", "Query", "choose"),
            role("passage", "Passage", "choose"),
            role("label", "Label", "none"),
            role("split", "Split", "none"),
            role("annotator", "Annotator", "none"),
            ...sideRows(plan, columns, again),
          ],
      (state.scale || said.scale) && row("Scale", scale),
      state.scale &&
        state.scale.kind !== "binary" &&
        row(
          "Relevant from",
          numberField("Relevant from", said.relevant_from ?? state.scale.relevant_from, (value) =>
            again({ relevant_from: value }),
          ),
        ),
      state.scale?.kind === "graded" &&
        h(
          "label",
          { class: "rr-check" },
          h("input", {
            type: "checkbox",
            checked: !!said.lowest_is_best,
            onchange: (event) => again({ lowest_is_best: event.target.checked || null }),
          }),
          "The lowest code is the best",
        ),
      classes(state),
    );
  };
  // Words that are labels: a person says what each one means, or agrees with what is usual.
  const USUAL = {
    exact: 3,
    substitute: 2,
    complement: 1,
    irrelevant: 0,
    "not relevant": 0,
    "partially relevant": 1,
    relevant: 1,
    "highly relevant": 2,
    "perfectly relevant": 3,
    yes: 1,
    no: 0,
    good: 1,
    bad: 0,
    duplicate: 1,
    "not duplicate": 0,
    positive: 1,
    negative: 0,
    e: 3,
    s: 2,
    c: 1,
    i: 0,
  };
  const classes = (state) => {
    const words = (state.labels || []).filter(
      ([word]) =>
        word !== "" && !/^[-+]?[\d.,]+(e[-+]?\d+)?$/i.test(word) && !/^(true|false)$/i.test(word),
    );
    if (
      !words.length ||
      (state.asks !== "labels" &&
        !said.map_label &&
        !(state.report?.bad_label && words.length <= 12))
    )
      return null;
    const fields = words.slice(0, 20).map(([word, count]) => {
      const field = h("input", {
        class: "rr-field",
        type: "number",
        step: "any",
        min: 0,
        value: said.map_label?.[word] ?? USUAL[word.toLowerCase()] ?? "",
        "aria-label": `Label for ${word}`,
      });
      return {
        word,
        field,
        node: h(
          "label",
          { class: "rr-map-row" },
          h("span", { class: "rr-cut", title: word }, `${word} (${formatInt(count)})`),
          field,
        ),
      };
    });
    return h(
      "div",
      { class: "rr-classes" },
      h("h3", {}, "What the labels mean"),
      fields.map((one) => one.node),
      button(
        "Use these",
        () =>
          again({
            map_label: Object.fromEntries(
              fields
                .filter(({ field }) => field.value !== "")
                .map(({ word, field }) => [word, Number(field.value)]),
            ),
          }),
        { kind: "small" },
      ),
    );
  };
  const preview = (state) => {
    const rows = state.preview || [];
    if (!rows.length)
      return h(
        "div",
        { class: "rr-import-main" },
        h("p", { class: "rr-muted" }, "Choose which column is what, and the rows are shown here."),
      );
    return h(
      "div",
      { class: "rr-import-main" },
      h("h3", {}, "Preview ", h("span", { class: "rr-muted" }, `first ${rows.length}`)),
      h(
        "table",
        { class: "rr-table rr-data-preview" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { class: "line rr-num" }, "Line"),
            h("th", {}, "Query"),
            h("th", {}, "Passage"),
            h("th", { class: "label" }, "Label"),
          ),
        ),
        h(
          "tbody",
          {},
          rows.map((one) =>
            h(
              "tr",
              {},
              h("td", { class: "rr-num rr-faint" }, formatInt(one.line)),
              h("td", { dir: "auto", title: one.query }, oneLine(one.query)),
              h("td", { dir: "auto", title: one.passage }, oneLine(one.passage)),
              h("td", {}, one.label),
            ),
          ),
        ),
      ),
    );
  };

  // -- texts that were read with the wrong encoding before they came here
  const encoding = ({ texts, lost, repaired, encoding: name, examples, left }) =>
    h(
      "div",
      { class: "rr-mojibake" },
      h(
        "div",
        { class: "rr-row" },
        icon(repaired ? "finished" : "warn"),
        h(
          "div",
          { class: "rr-grow" },
          h(
            "b",
            {},
            repaired
              ? `${plural(texts, "text")} mended`
              : `${plural(texts, "text")} look${texts === 1 ? "s" : ""} as if read with the wrong encoding`,
          ),
          h(
            "p",
            {},
            `They are UTF-8 read as ${name}.${repaired ? "" : " Nothing is changed unless you say so."}${lost ? ` ${plural(lost, "more text")} lost bytes and stay${lost === 1 ? "s" : ""} as ${lost === 1 ? "it is" : "they are"}, the first on line ${[...new Set(left.map((one) => formatInt(one.line)))].join(", ")}.` : ""}`,
          ),
        ),
        button(
          repaired ? "Leave them as they were" : `Mend ${plural(texts, "text")}`,
          () => again({ repair: repaired ? null : true }),
          { kind: "small" },
        ),
      ),
      h(
        "table",
        { class: "rr-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { class: "line rr-num" }, "Line"),
            h("th", {}, repaired ? "Was" : "Now"),
            h("th", {}, repaired ? "Is now" : "Mended"),
          ),
        ),
        h(
          "tbody",
          {},
          examples.map((one) =>
            h(
              "tr",
              {},
              h("td", { class: "rr-num rr-faint" }, formatInt(one.line)),
              h("td", { title: one.before, dir: "auto" }, one.before),
              h("td", { title: one.after, dir: "auto" }, one.after),
            ),
          ),
        ),
      ),
    );

  // -- the ledger: read = kept + each reason, beside the rows left out
  const ledger = ({ report, notes = [] }) => {
    const line = (kind, word, count, always) =>
      count || always
        ? h(
            "div",
            { class: `rr-ledger ${kind}` },
            h("i"),
            h("span", { class: "rr-grow" }, word),
            h("span", {}, formatInt(count)),
          )
        : null;
    return h(
      "div",
      { class: "rr-import-side" },
      h("h3", {}, "Report"),
      h(
        "div",
        { class: "rr-ledger total" },
        h("span", { class: "rr-grow" }, "Records read"),
        h("span", {}, formatInt(report.records)),
      ),
      report.pairs !== report.records &&
        report.pairs + report.unlabelled + report.blank + report.bad_label + report.unreadable !==
          report.records
        ? h(
            "div",
            { class: "rr-ledger" },
            h("span", { class: "rr-grow" }, "Labelled pairs in them"),
            h("span", {}, formatInt(report.pairs)),
          )
        : null,
      line("kept", "Kept", report.kept, true),
      line("kept light", "Without a label", report.unlabelled),
      line("again", "Duplicates", report.duplicate),
      line("bad", "Blank", report.blank),
      line("bad", "Bad label", report.bad_label),
      line("bad", "Unreadable", report.unreadable),
      report.conflicts
        ? h(
            "p",
            { class: "rr-note" },
            `${plural(report.conflicts, "pair")} came with more than one label: kept as disputed, for people to settle.`,
          )
        : null,
      notes.map((note) => h("p", { class: "rr-note" }, note)),
    );
  };
  const WORDS = {
    duplicate: "Duplicate",
    blank: "Blank",
    bad_label: "Bad label",
    unreadable: "Unreadable",
  };
  const leftOut = ({ report, unread = [] }, left) => {
    if (!left.length && unread.length)
      return h(
        "div",
        { class: "rr-import-main" },
        h("h3", {}, `${plural(unread.length, "column")} left out`),
        h("p", { class: "rr-muted" }, "Every record becomes a pair, but not all of its texts."),
      );
    if (!left.length)
      return h(
        "div",
        { class: "rr-import-main" },
        h("h3", {}, "Nothing is left out"),
        h("p", { class: "rr-muted" }, "Every record becomes a pair."),
      );
    const whole = report.duplicate + report.blank + report.bad_label + report.unreadable;
    const download = linkButton("rejects.csv", rejects);
    download.prepend(icon("download"));
    return h(
      "div",
      { class: "rr-import-main" },
      h(
        "div",
        { class: "rr-row" },
        h("h3", { class: "rr-grow" }, `${plural(whole, "row")} left out`),
        download,
      ),
      h(
        "div",
        { class: "rr-left" },
        h(
          "table",
          { class: "rr-table" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { class: "line rr-num" }, "Line"),
              h("th", { class: "why" }, "Why"),
              h("th", {}, "Cause"),
              h("th", { class: "rr-desk" }, "Row"),
            ),
          ),
          h(
            "tbody",
            {},
            left.map((one) =>
              h(
                "tr",
                {},
                h("td", { class: "rr-num rr-faint" }, formatInt(one.line)),
                h("td", { class: "rr-strong" }, WORDS[one.reason]),
                h("td", { title: one.why }, one.why),
                h(
                  "td",
                  { class: "rr-muted rr-desk", dir: "auto", title: one.row },
                  oneLine(one.row),
                ),
              ),
            ),
          ),
        ),
      ),
      left.length < whole &&
        h("p", { class: "rr-faint" }, `The first ${left.length} are shown, rejects.csv holds all.`),
    );
  };
  const rejects = async () => {
    const cell = (text) => {
      const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const lines = ["line,reason,cause,row"];
    try {
      for (let after = 0; ; ) {
        const rows = await server.left_out({ token, after });
        if (!rows.length) break;
        rows.forEach((one) =>
          lines.push([String(one.line), one.reason, one.why, one.row].map(cell).join(",")),
        );
        after = rows.at(-1).id;
      }
    } catch (error) {
      say(error);
      return;
    }
    const link = h("a", {
      href: URL.createObjectURL(
        new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv" }),
      ),
      download: "rejects.csv",
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  const foot = ({ report, unread = [] }) => {
    const open = unread.filter((one) => !confirmed.has(one.column));
    const field = h("input", {
      class: "rr-field",
      id: "rr-import-name",
      value: name,
      maxlength: 80,
      oninput: () => {
        name = field.value;
      },
    });
    const count = report.kept + report.unlabelled;
    const go = button(
      `Import ${plural(count, "pair")}`,
      async () => {
        try {
          await server.store_upload({ token, dataset: field.value, confirmed: [...confirmed] });
          follow();
        } catch (error) {
          say(error);
          field.focus();
        }
      },
      { kind: "primary", disabled: !count || open.length > 0 },
    );
    return h(
      "div",
      { class: "rr-card-foot rr-import-foot" },
      h("label", { for: "rr-import-name" }, "Import as"),
      field,
      h(
        "span",
        { class: "rr-grow" },
        open.length
          ? "Confirm the columns that are not read first."
          : "Nothing is stored until you import.",
      ),
      go,
    );
  };

  // -- how the file is read, where the guess is wrong
  const options = (plan) =>
    h(
      "div",
      { class: "rr-options" },
      row(
        "Format",
        select(
          [
            ["", plan.format ? `guess (${plan.format})` : "guess"],
            ["pairs", "labelled pairs"],
            ["triplets", "triplets, n-tuples"],
            ["lists", "lists, MTEB, Cohere, tevatron"],
            ["judgments", "judgments by id"],
            ["trec", "TREC judgments"],
            ["trec-run", "TREC run"],
            ["label studio", "Label Studio"],
            ["argilla", "Argilla"],
            ["prodigy", "Prodigy"],
            ["quepid book", "Quepid book"],
            ["squad", "SQuAD"],
            ["tat-qa", "TAT-QA"],
          ],
          said.format,
          (value) => again({ format: value || null }),
          "Format",
        ),
      ),
      row(
        "Encoding",
        select(
          [
            ["", plan.encoding ? `guess (${plan.encoding})` : "guess"],
            ...[
              "utf-8",
              "utf-16",
              "cp1252",
              "latin-1",
              "cp1251",
              "koi8-r",
              "gb18030",
              "big5",
              "shift_jis",
              "euc-kr",
              "mac_roman",
            ].map((one) => [one, one]),
          ],
          said.encoding,
          (value) => again({ encoding: value || null }),
          "Encoding",
        ),
      ),
      row(
        "Separator",
        select(
          [
            ["", plan.delimiter ? `guess (${plan.delimiter})` : "guess"],
            [",", "comma"],
            ["\t", "tab"],
            [";", "semicolon"],
            ["|", "bar"],
          ],
          said.delimiter,
          (value) => again({ delimiter: value || null }),
          "Separator",
        ),
      ),
      row(
        "Quote marks",
        select(
          [
            ["", "guess"],
            ["on", "quote cells"],
            ["off", "are plain text"],
          ],
          said.quotes === undefined ? "" : said.quotes ? "on" : "off",
          (value) => again({ quotes: value ? value === "on" : null }),
          "Quote marks",
        ),
      ),
      row(
        "First row",
        select(
          [
            ["", "guess"],
            ["yes", "names the columns"],
            ["no", "is a record"],
          ],
          said.header === undefined ? "" : said.header ? "yes" : "no",
          (value) => again({ header: value ? value === "yes" : null }),
          "First row",
        ),
      ),
      row(
        "Header line",
        numberField("Header line", said.header_line, (value) => again({ header_line: value })),
      ),
      plan.container === "workbook" && row("Sheet", sheetField()),
    );
  const sheetField = () => {
    const field = h("input", {
      class: "rr-field",
      value: said.sheet ?? "",
      placeholder: "name or number",
      "aria-label": "Sheet",
      onchange: () => again({ sheet: field.value.trim() || null }),
    });
    return field;
  };
  const needsTexts = ({ refused, columns }) => columns && /corpus/.test(refused || "");
  const textsForm = (state) => {
    const field = (role, text) => {
      const input = h("input", {
        type: "file",
        class: "rr-sr",
        onchange: () => input.files[0] && add(role, input.files[0]),
      });
      return h("label", { class: "rr-button" }, icon("upload"), state[role] || text, input);
    };
    const add = async (role, file) => {
      try {
        const { path } = await upload(file);
        await server.add_texts({ token, role, path, name: file.name });
        again({});
      } catch (error) {
        say(error);
      }
    };
    return h(
      "div",
      { class: "rr-row", style: "margin-top:12px" },
      field("corpus", "Add the passages (corpus)"),
      field("queries", "Add the queries"),
      h("span", { class: "rr-faint" }, "id and text, as BEIR, JSON Lines, CSV or TSV"),
    );
  };

  function keep(value) {
    try {
      value ? sessionStorage.setItem(KEPT, value) : sessionStorage.removeItem(KEPT);
    } catch {
      /* private mode */
    }
  }
  function recall() {
    try {
      return sessionStorage.getItem(KEPT);
    } catch {
      return null;
    }
  }
  if (token) follow();
  else idle();
  return {
    title: (text) => {
      heading.textContent = text;
    },
  };
};
