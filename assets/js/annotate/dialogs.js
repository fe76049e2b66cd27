import { button, errorBox, linkButton } from "../lib/controls.js";
import { openDialog, openKeyHelp } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { scaleAnswers } from "../lib/labels.js";
import { markdownNodes } from "../lib/markdown.js";

export const openGuidelines = (A) => {
  const told = A.stream.guidelines,
    body = h("div");
  const read = () =>
    fill(
      body,
      told.text.trim()
        ? h("div", { class: "rr-an-md" }, markdownNodes(A.stream.guidelines.tree))
        : h("p", { class: "rr-muted" }, "There are no guidelines yet."),
      h(
        "div",
        { class: "rr-row rr-an-foot" },
        A.stream.may.own
          ? button(told.text.trim() ? "Edit guidelines" : "Write guidelines", write, {
              icon: "edit",
            })
          : null,
        h("span", { class: "rr-faint" }, `Version ${told.version}`),
        told.version > 1 ? linkButton("Earlier versions", older) : null,
      ),
    );
  const older = async () => {
    // a label tells the version it was given under: here is what that one said
    try {
      const all = (await A.server.guideline_versions({ dataset: A.dataset })).slice(1);
      const by = (one) => {
        const node = h("span", { class: "rr-faint" });
        node.textContent = one.at
          ? `${one.who}, ${new Date(one.at * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}`
          : "";
        return node;
      };
      fill(
        body,
        all.map((one) =>
          h(
            "section",
            { class: "rr-an-version" },
            h(
              "div",
              { class: "rr-row" },
              h("h3", { class: "rr-grow" }, `Version ${one.version}`),
              by(one),
            ),
            one.text.trim()
              ? h("div", { class: "rr-an-md" }, markdownNodes(one.tree))
              : h("p", { class: "rr-muted" }, "There were none."),
          ),
        ),
        h(
          "div",
          { class: "rr-row rr-an-foot" },
          button("Back to the newest", read, { kind: "quiet", icon: "left" }),
        ),
      );
      dialog.querySelector(".rr-an-foot button").focus();
    } catch (error) {
      fill(body, errorBox(error));
    }
  };
  function write() {
    const field = h("textarea", {
        class: "rr-field rr-an-write",
        rows: 14,
        "aria-label": "Guidelines in Markdown",
      }),
      errors = h("div");
    field.value = A.stream.guidelines.text;
    const save = async () => {
      try {
        A.stream.guidelines = await A.server.write_guidelines({
          dataset: A.dataset,
          text: field.value,
        });
        A.redraw();
        dialog.close();
      } catch (error) {
        fill(errors, errorBox(error));
      }
    };
    fill(
      body,
      field,
      errors,
      h(
        "div",
        { class: "rr-row rr-an-foot" },
        button("Save guidelines", save, { kind: "primary" }),
        button("Cancel", read, { kind: "quiet" }),
        h(
          "span",
          { class: "rr-faint" },
          "Markdown. Labels remember the version they were given under.",
        ),
      ),
    );
    field.focus();
  }
  const dialog = openDialog("Guidelines", body);
  read();
  return dialog;
};

export const openStreamKeys = (A) => {
  const answers = scaleAnswers(A.stream.scale);
  const keys = A.review
    ? [
        ...answers.map(({ key, word }) => [key, `Decide: ${word}`]),
        ["x", "Leave out of training"],
        ["j", "Next disputed pair"],
        ["k", "Previous disputed pair"],
        ["h", "History of this pair"],
      ]
    : [
        ...answers.map(({ key, word }) => [key, word]),
        ["s", "Skip: no label, the next pair"],
        ["u", "Undo your last label"],
        ["n", "Note on this pair"],
        ["Space", "Page the passage, back with Shift"],
        ["g", "Guidelines"],
        ["h", "History of this pair"],
      ];
  openKeyHelp(keys);
};
