// Exporting a dataset: the format, what it leaves out, and where to: a file or the Hub.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";

let lastFormat = "csv"; // offered first the next time

export const openExport = async (name, { server, say }) => {
  const GROUPS = [
    ["Tables", ["csv", "tsv", "jsonl", "json", "parquet", "datasets"]],
    [
      "For training",
      ["lists", "triplets", "n-tuples", "mteb", "cohere", "flagembedding", "tevatron", "ms-swift"],
    ],
    ["Judgments", ["beir", "trec", "quepid-ratings", "quepid-book"]],
    ["Annotation tools", ["label-studio", "argilla", "prodigy"]],
  ];
  let forms;
  try {
    forms = Object.fromEntries((await server.export_formats()).map((form) => [form.key, form]));
  } catch (error) {
    say(error);
    return;
  }
  const before = document.activeElement,
    dialog = h("dialog", {
      class: "rr-dialog rr-room rr-room-data rr-export",
      "aria-label": `Export ${name}`,
    });
  const label = (text, field) =>
    h("label", { class: "rr-export-row" }, h("span", { class: "rr-label" }, text), field);
  const check = (text, checked) => {
    const box = h("input", { type: "checkbox", checked });
    return { box, node: h("label", { class: "rr-check" }, box, text) };
  };
  const form = h(
    "select",
    { class: "rr-select", onchange: () => draw() },
    GROUPS.map(([group, keys]) =>
      h(
        "optgroup",
        { label: group },
        keys
          .filter((key) => forms[key])
          .map((key) => h("option", { value: key }, `${forms[key].name} (${forms[key].suffix})`)),
      ),
    ),
  );
  form.value = lastFormat;
  const place = h(
    "select",
    { class: "rr-select", onchange: () => draw() },
    h("option", { value: "file" }, "A file on this computer"),
    h("option", { value: "hub" }, "The Hugging Face Hub"),
  );
  const safe = check("Safe for spreadsheets: no text is taken for a formula", true),
    open = check("Public: everybody may read it", false);
  const repo = h("input", {
      class: "rr-field",
      placeholder: "owner/name",
      spellcheck: "false",
      autocomplete: "off",
    }),
    token = h("input", {
      class: "rr-field",
      type: "password",
      placeholder: "empty: this server's own sign-in",
      autocomplete: "off",
    });
  const facts = h("ul", { class: "rr-export-facts" }),
    more = h("div"),
    end = h("div", { class: "rr-row rr-export-foot" });
  const go = button("Export", () => run(), { kind: "primary", icon: "download" }),
    shut = button("Cancel", () => dialog.close(), { kind: "quiet" });
  const hub = () => form.value === "datasets" && place.value === "hub";
  const list = (lines, empty) =>
    fill(
      facts,
      (lines.length ? lines : [empty]).map((line) => h("li", {}, line)),
    );
  function draw() {
    lastFormat = form.value;
    fill(
      more,
      ["csv", "tsv"].includes(form.value) && safe.node,
      form.value === "datasets" && label("Where to", place),
      hub() && [label("Dataset on the Hub", repo), label("Access token", token), open.node],
    );
    go.lastChild.textContent = hub() ? "Push to the Hub" : "Export";
    list(
      forms[form.value].never,
      "Carries every pair with its label, everybody's labels and its split.",
    );
  }
  async function run() {
    go.disabled = true;
    go.lastChild.textContent = hub() ? "Pushing…" : "Writing…";
    try {
      const done = hub()
        ? await server.push_dataset({
            dataset: name,
            repo: repo.value,
            token: token.value,
            public: open.box.checked,
          })
        : await server.export({ dataset: name, format: form.value, safe: safe.box.checked });
      const file = hub()
        ? null
        : `${window.gradio_config?.root || ""}/gradio_api/file=${done.path}`;
      const link = h(
        "a",
        {
          class: "rr-link",
          href: file || done.path,
          ...(file ? { download: "" } : { target: "_blank", rel: "noopener" }),
        },
        file ? done.path.split("/").pop() : done.path,
      );
      fill(
        more,
        h(
          "p",
          { role: "status", class: "rr-export-done" },
          icon("finished"),
          h("span", {}, h("b", {}, `${plural(done.pairs, "pair")} written`), " to ", link),
        ),
        h("span", { class: "rr-label" }, "Not in it"),
      );
      list(done.lost, "Nothing is lost.");
      fill(
        end,
        button("Done", () => dialog.close(), { kind: "primary" }),
        button(
          "Another format",
          () => {
            fill(end, go, shut);
            go.disabled = false;
            form.disabled = false;
            draw();
          },
          { kind: "quiet" },
        ),
      );
      form.disabled = true;
      end.firstChild.focus();
      if (file) link.click();
    } catch (error) {
      go.disabled = false;
      draw();
      more.append(errorBox(error));
    }
  }
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  fill(end, go, shut);
  fill(
    dialog,
    h("h2", { class: "rr-cut" }, `Export ${name}`),
    label("Format", form),
    more,
    facts,
    end,
  );
  draw();
  document.body.append(dialog);
  dialog.showModal();
};
