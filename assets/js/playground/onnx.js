// ONNX files of a run, with the report that compares them with torch.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { downloadLink } from "../lib/files.js";
import { formatSize, plural } from "../lib/format.js";
import { tableHead } from "../lib/table.js";

const OFFER =
  "For other runtimes: the cross-encoder alone. Both files are compared with torch before they are offered.";
const CREATING =
  "Creating both files and comparing them with torch, in a separate process. Takes about a minute; you can close this.";
const DIFFERS = " int8 ranks differently: measure it on your own queries before you use it.";

/** The part of a dialog with the ONNX files of a run. */
export class OnnxPart {
  /**
   * @param {string} run
   * @param {PlaygroundServer} server
   * @param {Role} role
   * @param {string} href of the files
   */
  constructor(run, server, role, href) {
    this.run = run;
    this.server = server;
    this.role = role;
    this.href = href;
    this.node = h("div.rr-use-onnx", { role: "status" });
  }

  async follow() {
    if (!this.node.isConnected) return;
    try {
      const state = await this.server.onnx_state({ run: this.run });
      this.draw(state);
      if (state.state === "making") setTimeout(() => this.follow(), 2000);
    } catch (error) {
      fill(this.node, errorBox(error));
    }
  }

  /** @param {OnnxState} state */
  draw({ state, report }) {
    if (state === "ready") {
      const link = downloadLink("Download ONNX", this.href);
      fill(this.node, head(link), parityReport(/** @type {OnnxReport} */ (report)));
    } else if (state === "making") fill(this.node, head(), h("p.rr-muted", CREATING));
    else {
      const failed = state === "failed";
      const why = report && "fault" in report ? report.fault : "";
      const fault = failed && errorBox(`The model could not be exported: ${why}`);
      const create = this.role === "viewer" ? null : this.createButton(failed);
      fill(this.node, head(create), fault || h("p.rr-faint", OFFER));
    }
  }

  /** @param {boolean} again */
  createButton(again) {
    const create = async () => {
      act.disabled = true;
      try {
        await this.server.make_onnx({ run: this.run });
        this.follow();
      } catch (error) {
        fill(this.node, head(), errorBox(error));
      }
    };
    const act = button(again ? "Try again" : "Create ONNX files", create, { kind: "small" });
    return act;
  }
}

/** @param {Child} [action] */
function head(action) {
  return h("div.rr-row", h("h3.rr-grow", "ONNX, in fp32 and int8"), action);
}

/** @param {OnnxReport} report */
function parityReport({ fp32, int8, pairs }) {
  /** @type {Parameters<typeof tableHead>[0]} */
  const headings = [
    "File",
    ["Size", "rr-num"],
    ["Spearman", "rr-num"],
    ["Largest difference", "rr-num"],
    ["Same top 10", "rr-num"],
    "!Result",
  ];
  const rows = [parityRow("fp32", fp32), parityRow("int8", int8)];
  const text = `Compared with torch on ${plural(pairs, "pair")}: unusual texts, and pairs of the run's dev split. The difference is between probabilities.${int8.agrees ? "" : DIFFERS}`;
  return [h("table.rr-table", tableHead(headings), h("tbody", rows)), h("p.rr-faint", text)];
}

/**
 * @param {string} name
 * @param {OnnxParity} parity
 */
function parityRow(name, { bytes, spearman, difference, top, of, agrees }) {
  const number = (/** @type {number | null} */ value) => (value === null ? "–" : value.toFixed(4));
  return h(
    "tr",
    h("td", name),
    h("td.rr-num", formatSize(bytes)),
    h("td.rr-num", number(spearman)),
    h("td.rr-num", number(difference)),
    h("td.rr-num", `${top} of ${of}`),
    h("td", agrees ? h("span.rr-gain", "agrees") : h("span.rr-use-differs", "differs")),
  );
}
