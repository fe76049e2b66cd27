// What opens over the stream: guidelines and the list of keys.
"use strict";
// Nodes from the server's tree of allowed tags: a string, or [tag, attributes, children].
RR.annotate.nodes = (tree) => tree.map((part) => {
  if (typeof part === "string") return document.createTextNode(part);
  const [tag, attributes, children] = part;
  const link = tag === "a" && /^https?:/.test(attributes.href || "") ? { href: attributes.href, target: "_blank", rel: "noopener noreferrer" } : {};
  return RR.h(tag, link, RR.annotate.nodes(children));
});
RR.annotate.dialog = (title, ...content) => {
  const { h } = RR, before = document.activeElement;
  const close = RR.button("", () => dialog.close(), { kind: "quiet icon", icon: "cross", label: "Close" });
  const dialog = h("dialog", { class: "rr-room rr-an-dialog", "aria-label": title }, h("div", { class: "rr-card-head" }, h("h2", { class: "rr-grow" }, title), close), h("div", { class: "rr-card-body" }, content));
  dialog.addEventListener("close", () => { dialog.remove(); before?.focus?.(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
};
RR.annotate.showGuidelines = (A) => {
  const { h } = RR, told = A.stream.guidelines, body = h("div");
  const read = () => RR.fill(body, told.text.trim() ? h("div", { class: "rr-an-md" }, RR.annotate.nodes(A.stream.guidelines.tree)) : h("p", { class: "rr-muted" }, "There are no guidelines yet."),
    h("div", { class: "rr-row rr-an-foot" }, A.stream.may.own ? RR.button(told.text.trim() ? "Edit guidelines" : "Write guidelines", write, { icon: "edit" }) : null, h("span", { class: "rr-faint" }, `Version ${told.version}`), told.version > 1 ? RR.link("Earlier versions", older) : null));
  const older = async () => { // a label tells the version it was given under: here is what that one said
    try {
      const all = (await A.server.guideline_versions({ dataset: A.dataset })).slice(1);
      const by = (one) => { const node = h("span", { class: "rr-faint" }); node.textContent = one.at ? `${one.who}, ${new Date(one.at * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}` : ""; return node; };
      RR.fill(body, all.map((one) => h("section", { class: "rr-an-version" }, h("div", { class: "rr-row" }, h("h3", { class: "rr-grow" }, `Version ${one.version}`), by(one)), one.text.trim() ? h("div", { class: "rr-an-md" }, RR.annotate.nodes(one.tree)) : h("p", { class: "rr-muted" }, "There were none."))),
        h("div", { class: "rr-row rr-an-foot" }, RR.button("Back to the newest", read, { kind: "quiet", icon: "left" })));
      dialog.querySelector(".rr-an-foot button").focus();
    } catch (error) { RR.fill(body, RR.error(error)); }
  };
  function write() {
    const field = h("textarea", { class: "rr-field rr-an-write", rows: 14, "aria-label": "Guidelines in Markdown" }), errors = h("div");
    field.value = A.stream.guidelines.text;
    const save = async () => {
      try {
        A.stream.guidelines = await A.server.write_guidelines({ dataset: A.dataset, text: field.value });
        A.redraw(); dialog.close();
      } catch (error) { RR.fill(errors, RR.error(error)); }
    };
    RR.fill(body, field, errors, h("div", { class: "rr-row rr-an-foot" }, RR.button("Save guidelines", save, { kind: "primary" }), RR.button("Cancel", read, { kind: "quiet" }), h("span", { class: "rr-faint" }, "Markdown. Labels remember the version they were given under.")));
    field.focus();
  }
  const dialog = RR.annotate.dialog("Guidelines", body);
  read();
  return dialog;
};
RR.annotate.keysDialog = (keys) => {
  const { h } = RR, row = ([key, word]) => h("div", {}, h("dt", {}, h("kbd", { class: "rr-key" }, key)), h("dd", {}, word));
  RR.annotate.dialog("Keys", h("dl", { class: "rr-an-keys" }, [...keys, ["?", "This list"]].map(row)), h("p", { class: "rr-faint" }, "Keys are off while you type and while another tab is open."));
};
RR.annotate.showKeys = (A) => {
  const answers = RR.answers(A.stream.scale);
  const keys = A.review ? [...answers.map(({ key, word }) => [key, `Decide: ${word}`]), ["x", "Leave out of training"], ["j", "Next disputed pair"], ["k", "Previous disputed pair"], ["h", "History of this pair"]]
    : [...answers.map(({ key, word }) => [key, word]), ["s", "Skip: no label, the next pair"], ["u", "Undo your last label"], ["n", "Note on this pair"], ["Space", "Page the passage, back with Shift"], ["g", "Guidelines"], ["h", "History of this pair"]];
  RR.annotate.keysDialog(keys);
};
