// Use this model: code to copy, the download, ONNX files.

import { copyText } from "../lib/clipboard.js";
import { button } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { downloadLink } from "../lib/files.js";
import { guideLink } from "../lib/guide.js";
import { clientCode, curlCode, pythonCode, runOf } from "./code.js";
import { OnnxPart } from "./onnx.js";
import { isRun } from "./view.js";

const KEYS =
  "Create an API key under your name in the header; on your own computer none is needed. ";

const COMBINED =
  " Also combined.json and combined_reader.py, which give the same scores as this app, and the encoder unless the Hub has the same one.";

/**
 * Open the dialog with code and files for a model.
 * @param {UsableSide} side
 * @param {PlaygroundServer} server
 * @param {Role} role
 */
export function openUse(side, server, role) {
  const base = (window.gradio_config?.root || location.origin).replace(/\/$/, "");
  const number = runOf(side.name);
  const run = number && `${base}/runs/${number}`;
  const onnx = run ? new OnnxPart(number, server, role, `${run}/onnx.zip`) : null;
  const model = isRun(side.name) ? side.title : side.name;
  const python = pythonCode(side);
  const docs = { href: `${base}/docs`, target: "_blank", rel: "noopener" };
  const guide = guideLink("api", "Guide to the API");
  openDialog(
    `Use ${side.title}`,
    "rr-use",
    run && downloads(run, role, !!side.combined),
    python && codePart("In Python", python),
    codePart("Over HTTP, with the Cohere client", clientCode(base, model)),
    codePart("With curl", curlCode(base, model)),
    h("p.rr-faint", KEYS, h("a", docs, "All endpoints"), " · ", guide),
    onnx?.node,
  );
  onnx?.follow();
}

/**
 * @param {string} run its address
 * @param {Role} role
 * @param {boolean} combined
 */
function downloads(run, role, combined) {
  const complete = role !== "annotator"; // it holds the labels that are hidden from annotators
  const rest = complete ? " The run: also its recipe, frozen pairs and events." : "";
  return h(
    "section",
    h(
      "div.rr-row",
      downloadLink("Download the model", `${run}/model.zip`),
      complete ? downloadLink("Download the whole run", `${run}/run.zip`) : null,
    ),
    h("p.rr-faint", `The model: weights, tokenizer, card.${combined ? COMBINED : ""}${rest}`),
  );
}

/**
 * @param {string} title
 * @param {string} text
 */
function codePart(title, text) {
  const copy = button("Copy", () => copyText(text, "Copied"), { kind: "small", icon: "code" });
  return h(
    "section",
    h("div.rr-row", h("h3.rr-grow", title), copy),
    h("pre.rr-code", { tabindex: "0" }, text),
  );
}
