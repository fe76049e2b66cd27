// The Data tab: home (first steps, import, datasets) or one opened dataset, as the address says.
"use strict";
RR.data = {};
RR.rooms.data = ({ room, server, upload }) => {
  const { h } = RR;
  const say = (error) => RR.toast(RR.sentence(error));
  const context = { server, upload, say, refresh: () => draw(true), open: (name) => RR.set({ open: name, dataset: name }) };
  const start = h("div"), bring = h("div"), sets = h("div"), opened = h("div");
  const home = h("div", {}, start, bring, sets);
  RR.fill(room, h("h1", { class: "rr-sr" }, "Data"), home, opened);
  const importing = RR.data.importPanel(bring, { ...context, stored });
  let shown = null;

  async function draw(again = false) {
    const name = RR.state.open || null;
    home.classList.toggle("rr-hidden", !!name);
    opened.classList.toggle("rr-hidden", !name);
    if (name) { RR.set({ dataset: name }); if (name !== shown || again) RR.data.pairsView(opened, name, context); shown = name; return; }
    shown = null;
    RR.fill(opened);
    try {
      const told = await server.all_datasets();
      RR.data.mayChange = told.may_change;
      bring.classList.toggle("rr-hidden", !told.may_change);
      const first = firstTime(told);
      start.classList.toggle("rr-hidden", !first);
      if (first) RR.data.firstSteps(start, told, { ...context, skip });
      importing.title(first ? "Bring your own data" : "Import");
      RR.data.datasetTable(sets, told.datasets, context);
    } catch (error) { RR.fill(sets, RR.error(error, RR.button("Try again", () => draw()))); }
  }
  const firstTime = ({ datasets, steps }) => datasets.length === 1 && datasets[0].name === "starter" && !steps.runs && !skipped();
  const skipped = () => { try { return localStorage.getItem("rr-skip-start") === "yes"; } catch { return false; } };
  const skip = () => { try { localStorage.setItem("rr-skip-start", "yes"); } catch { /* private mode */ } draw(); };
  function stored(report) {
    RR.toast(`${RR.plural(report.kept, "pair")} in ${report.dataset}`);
    RR.set({ dataset: report.dataset });
    RR.say("changed");
    draw();
  }
  RR.on("view", (view) => { if (RR.state.open === shown) opened.rrShowView?.(view); });
  RR.on("open", () => { draw(); window.scrollTo(0, 0); });
  RR.on("changed", () => { if (!RR.state.open && RR.visible(room)) draw(); });
  RR.on("tab", () => { if (RR.state.tab === "data" && !RR.state.open) draw(); });
  draw();
};

// -- what several parts of the tab use
// The label of a pair in a table: what counts, disputed, or kept from who looks.
RR.data.chip = (pair, scale) => pair.state === "hidden" ? RR.h("span", { class: "rr-chip none", title: "Kept from annotators: the test split is sealed, or the dataset is labelled blind" }, "hidden") : RR.chip(pair.state === "disputed" ? "disputed" : pair.effective, scale);
RR.data.line = (text, most = 400) => (text.length > most ? `${text.slice(0, most)}…` : text).replace(/\s+/g, " ");
RR.data.size = (bytes) => bytes < 1e6 ? `${bytes && Math.max(1, Math.round(bytes / 1e3))} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
RR.data.scaleWord = (scale) => scale.kind === "binary" ? "binary" : scale.kind === "graded" ? `graded 0 to ${scale.max}` : `score 0 to ${scale.max}`;
// A question before something goes: its name and count, and the one button that does it.
RR.data.confirm = (title, text, verb, act) => {
  const dialog = RR.h("dialog", { class: "rr-dialog rr-room" });
  const close = () => dialog.close();
  dialog.addEventListener("close", () => dialog.remove());
  RR.fill(dialog, RR.h("h2", {}, title), RR.h("p", { class: "rr-muted" }, text),
    RR.h("div", { class: "rr-row" }, RR.button(verb, () => { close(); act(); }, { kind: "danger", icon: "trash" }), RR.button("Cancel", close)));
  document.body.append(dialog);
  dialog.showModal();
};
