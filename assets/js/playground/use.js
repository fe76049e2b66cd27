import { copyText } from "../lib/clipboard.js";
import { button, errorBox } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";

export const openUse = (side, server, role) => {
  const run = side.name,
    base = (window.gradio_config?.root || location.origin).replace(/\/$/, "");
  const isRun = /^\d+$/.test(run);
  const python = [
    `from sentence_transformers import CrossEncoder`,
    ``,
    isRun
      ? `model = CrossEncoder("run-${run}")  # the folder in the zip above`
      : `model = CrossEncoder("${side.name === "base" ? side.title : side.name}")`,
    `query = "how are caves formed?"`,
    `passages = ["Water carves caves in rock.", "Cats sleep."]`,
    `for row in model.rank(query, passages, return_documents=True):`,
    `    print(f"{row['score']:.3f}  {row['text']}")`,
  ].join("\n");
  const client = [
    `import cohere`,
    ``,
    `client = cohere.ClientV2(api_key="rr_…", base_url="${base}")`,
    `told = client.rerank(model="${side.title}", query="how are caves formed?",`,
    `                     documents=["Water carves caves in rock.", "Cats sleep."])`,
    `for row in told.results:`,
    `    print(row.index, row.relevance_score)`,
  ].join("\n");
  const curl = [
    `curl ${base}/v2/rerank -H 'content-type: application/json' \\`,
    `  -H 'authorization: Bearer rr_…' \\`,
    `  -d '{"model": "${side.title}", "query": "how are caves formed?",`,
    `       "documents": ["Water carves caves in rock.", "Cats sleep."]}'`,
  ].join("\n");
  const whole = role !== "annotator"; // it holds the labels that are kept from who labels
  const onnx = h("div", { class: "rr-use-onnx", role: "status" });
  const code = (title, text) =>
    h(
      "section",
      {},
      h(
        "div",
        { class: "rr-row" },
        h("h3", { class: "rr-grow" }, title),
        button("Copy", () => copyText(text, "Copied"), { kind: "small", icon: "code" }),
      ),
      h("pre", { class: "rr-code", tabindex: "0" }, text),
    );
  const link = (text, path) =>
    h(
      "a",
      { class: "rr-button", href: `${base}/runs/${run}/${path}`, download: "" },
      icon("download"),
      text,
    );
  const dialog = openDialog(
    `Use ${side.title}`,
    isRun
      ? h(
          "section",
          {},
          h(
            "div",
            { class: "rr-row" },
            link("Download the model", "model.zip"),
            whole ? link("Download the whole run", "run.zip") : null,
          ),
          h(
            "p",
            { class: "rr-faint" },
            `The model: weights, tokenizer, card.${whole ? " The run: also its recipe, frozen pairs and events." : ""}`,
          ),
        )
      : null,
    side.measure === "probability" ? code("In Python", python) : null,
    code("Over HTTP, with the client of Cohere", client),
    code("With curl", curl),
    h(
      "p",
      { class: "rr-faint" },
      "An API key is made under your name in the header; on your own machine none is asked for. ",
      h("a", { href: `${base}/docs`, target: "_blank", rel: "noopener" }, "All addresses"),
    ),
    isRun ? onnx : null,
  );
  dialog.classList.add("rr-use");
  const number = (value, digits) => (value === null ? "–" : value.toFixed(digits));
  function report(told) {
    const row = (name, one) =>
      h(
        "tr",
        {},
        h("td", {}, name),
        h("td", { class: "rr-num" }, `${(one.bytes / 1e6).toFixed(1)} MB`),
        h("td", { class: "rr-num" }, number(one.spearman, 4)),
        h("td", { class: "rr-num" }, number(one.difference, 4)),
        h("td", { class: "rr-num" }, `${one.top} of ${one.of}`),
        h(
          "td",
          {},
          one.agrees
            ? h("span", { class: "rr-gain" }, "agrees")
            : h("span", { class: "rr-use-differs" }, "differs"),
        ),
      );
    return [
      h(
        "table",
        { class: "rr-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["File", "Size", "Spearman", "Largest difference", "Top 10 the same", ""].map(
              (word, at) => h("th", { scope: "col", class: at && at < 5 ? "rr-num" : "" }, word),
            ),
          ),
        ),
        h("tbody", {}, row("fp32", told.fp32), row("int8", told.int8)),
      ),
      h(
        "p",
        { class: "rr-faint" },
        `Compared with torch on ${plural(told.pairs, "pair")}: awkward texts, and pairs of the run's dev split. The difference is one of probabilities.${told.int8.agrees ? "" : " int8 ranks differently: measure it on your own queries before you use it."}`,
      ),
    ];
  }
  async function draw() {
    if (!isRun || !dialog.isConnected) return;
    let told;
    try {
      told = await server.onnx_state({ run });
    } catch (error) {
      fill(onnx, errorBox(error));
      return;
    }
    const head = (...actions) =>
      h(
        "div",
        { class: "rr-row" },
        h("h3", { class: "rr-grow" }, "ONNX, in fp32 and int8"),
        actions,
      );
    const make = button(
      told.state === "failed" ? "Try again" : "Make ONNX files",
      async () => {
        make.disabled = true;
        try {
          await server.make_onnx({ run });
        } catch (error) {
          fill(onnx, head(), errorBox(error));
          return;
        }
        draw();
      },
      { kind: "small" },
    );
    if (told.state === "ready")
      fill(onnx, head(link("Download ONNX", "onnx.zip")), report(told.report));
    else if (told.state === "making") {
      fill(
        onnx,
        head(),
        h(
          "p",
          { class: "rr-muted" },
          "Making both files and comparing them with torch, in a process of its own. About a minute; this can be closed meanwhile.",
        ),
      );
      setTimeout(draw, 2000);
    } else
      fill(
        onnx,
        head(role === "viewer" ? null : make),
        told.state === "failed"
          ? errorBox(`The model could not be exported: ${told.report.fault}`)
          : h(
              "p",
              { class: "rr-faint" },
              "For other runtimes. Both files are compared with torch before they are offered.",
            ),
      );
  }
  draw();
};
