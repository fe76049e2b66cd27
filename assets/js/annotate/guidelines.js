// The guidelines in a dialog over the stream, with their earlier versions.

import { button, errorBox, linkButton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatDateTime } from "../lib/format.js";
import { drawGuidelines, editGuidelines, guidelinesText } from "../lib/guidelines.js";

/** @typedef {import("./session.js").Session} Session */

/**
 * Open the guidelines of the dataset, with their earlier versions.
 * @param {Session} session
 */
export function openGuidelines(session) {
  const body = h("div");
  const { server, openDataset: dataset, stream } = session;
  const first = stream.may.own && !stream.guidelines.text.trim();
  const read = () => {
    const options = {
      guidelines: stream.guidelines,
      mayEdit: stream.may.own,
      empty: "There are no guidelines yet.",
      save: async (/** @type {string} */ text) => {
        stream.guidelines = await server.write_guidelines({ dataset, text });
        return stream.guidelines;
      },
      saved: () => {
        session.parts.draw();
        dialog.close();
      },
      more: () => {
        const several = stream.guidelines.version > 1;
        return several && linkButton("Earlier versions", () => showVersions(session, body, read));
      },
      cancelled: first ? () => dialog.close() : undefined,
    };
    if (first) editGuidelines(body, options);
    else drawGuidelines(body, options);
  };
  const dialog = openDialog("Guidelines", "wide", body);
  read();
  return dialog;
}

/**
 * A label records the version it was given under: here is what each of them said.
 * @param {Session} session
 * @param {HTMLElement} body
 * @param {() => void} read
 */
async function showVersions({ server, openDataset: dataset }, body, read) {
  try {
    const [, ...earlier] = await server.guideline_versions({ dataset });
    const sections = earlier.map((version) => {
      const when = version.at ? `${version.who}, ${formatDateTime(version.at)}` : "";
      const title = h("h3.rr-grow", `Version ${version.version}`);
      const some = version.text.trim();
      return h(
        "section.rr-an-version",
        h("div.rr-row", title, h("span.rr-faint", when)),
        some ? guidelinesText(version.tree) : h("p.rr-muted", "There were none."),
      );
    });
    const back = button("Back to the newest", read, { kind: "quiet", icon: "left" });
    fill(body, sections, h("div.rr-row.rr-an-foot", back));
    back.focus();
  } catch (error) {
    fill(body, errorBox(error));
  }
}
