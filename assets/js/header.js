// The header: dataset in hand, what is running, light or dark, who one is.
"use strict";
RR.setTheme = (dark) => {
  document.body.classList.toggle("dark", dark);
  try { localStorage.setItem("rr-theme", dark ? "dark" : "light"); } catch { /* private mode */ }
  RR.say("theme", dark);
};
RR.rooms.header = ({ room, server, trigger }) => {
  const known = (() => { try { return localStorage.getItem("rr-theme"); } catch { return null; } })();
  if (known && !new URLSearchParams(location.search).has("__theme")) RR.setTheme(known === "dark");
  const { h } = RR;
  const mark = h("div", { class: "rr-mark" }, markImage(), h("span", {}, "Reranker UI"));
  const name = h("b", { class: "rr-cut" }), count = h("span", { class: "rr-count" });
  const choose = h("button", { type: "button", class: "rr-switch", "aria-haspopup": "menu", "aria-expanded": "false", title: "Choose a dataset" },
    h("span", { class: "rr-word" }, "Dataset"), name, count, RR.icon("down"));
  const chip = h("button", { type: "button", class: "rr-runchip idle", "aria-live": "off" }, "Nothing running");
  const theme = RR.button("", () => RR.setTheme(!document.body.classList.contains("dark")), { kind: "quiet icon", icon: "theme", label: "Light or dark" });
  const me = RR.me(server), backup = RR.backup();
  const announce = h("div", { class: "rr-sr", role: "status" });
  RR.fill(room, h("header", { class: "rr-header" }, mark, choose, h("div", { class: "rr-grow" }), backup.button, chip, theme, me.button, announce));
  let datasets = [], running = null;
  const page = RR.id();

  const show = () => {
    const current = datasets.find((dataset) => dataset.name === RR.state.dataset);
    name.textContent = current ? current.name : "none yet";
    count.textContent = current ? RR.plural(current.pairs, "pair") : "";
    const button = RR.tabButton("annotate");
    if (button) current?.waiting ? button.setAttribute("data-count", RR.int(current.waiting)) : button.removeAttribute("data-count");
  };
  const pick = (next) => { RR.set({ dataset: next }); };
  choose.addEventListener("click", () => RR.menu(choose, [
    ...datasets.map((dataset) => ({ text: dataset.name, more: RR.plural(dataset.pairs, "pair"), act: () => pick(dataset.name) })),
    ...(datasets.length && RR.tabButton("data") ? ["-"] : []), RR.tabButton("data") && { text: "Import a file", icon: "upload", act: () => RR.go("data", { open: null }) }].filter(Boolean)));
  chip.addEventListener("click", () => { if (!chip.classList.contains("idle")) RR.go("train"); });
  RR.on("dataset", (dataset) => { show(); trigger("dataset_changed", { dataset: dataset || "" }); });

  const showRun = (now) => {
    const run = now.running;
    chip.className = `rr-runchip ${run ? "" : now.failed ? "failed" : now.waiting ? "" : "idle"}`;
    if (run) {
      const part = run.part || 0, ring = h("span", { class: "rr-ring", style: `--part:${part}` });
      const more = [`step ${RR.int(run.step)} / ${RR.int(run.max_steps)}`, run.loss === null ? null : `loss ${RR.metric(run.loss)}`, run.eta === null ? null : `${RR.clock(run.eta)} left`].filter(Boolean);
      RR.fill(chip, ring, h("b", {}, run.name), h("span", { class: "rr-more" }, more.join("  ·  ")), now.waiting ? h("span", {}, `+ ${now.waiting} waiting`) : null);
      chip.title = `${run.name}: ${more.join(", ")}`;
    } else if (now.waiting) RR.fill(chip, RR.icon("clock"), `${now.waiting} waiting`);
    else if (now.failed) RR.fill(chip, RR.icon("failed"), `${now.failed} failed`);
    else RR.fill(chip, "Nothing running");
    if (running && running !== run?.name) { announce.textContent = `${running} has ended.`; RR.say("runs"); }
    running = run?.name || null;
  };
  const refresh = async () => {
    const now = await server.overview({ dataset: RR.state.dataset || null, page }).catch(RR.stillHere);
    document.body.classList.toggle("rr-demo", now.way === "demo");
    datasets = now.datasets; RR.every = Math.round(now.every);
    if (!datasets.some((dataset) => dataset.name === RR.state.dataset)) pick(datasets[0]?.name);
    me.show(now);
    backup.show(now.backup);
    showRun(now.run);
    show();
    RR.say("pulse", now.run);
  };
  RR.on("changed", refresh); // another room says: datasets, labels or runs have changed
  RR.on("tab", (tab) => tab === "train" && refresh().catch(() => {})); // the next poll tells of a fault
  RR.poll(room, null, refresh);
  if (RR.state.dataset) trigger("dataset_changed", { dataset: RR.state.dataset });
  followTabs();

  function markImage() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 18 16"); svg.setAttribute("aria-hidden", "true");
    [["0", 18, "var(--rr-accent)"], ["6", 12, "var(--rr-ctl)"], ["12", 7, "var(--rr-line2)"]].forEach(([y, width, fill]) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      bar.setAttribute("y", y); bar.setAttribute("width", width); bar.setAttribute("height", 4); bar.setAttribute("rx", 1.5); bar.style.fill = fill;
      svg.append(bar);
    });
    return svg;
  }
  // The tab in hand is part of the address, and the address opens its tab.
  function followTabs() {
    const strip = document.querySelector("#rr-tabs > .tab-wrapper");
    if (!strip) { setTimeout(followTabs, 50); return; }
    strip.addEventListener("click", () => setTimeout(() => {
      const tab = strip.querySelector("button[role=tab][aria-selected=true]")?.dataset.tabId;
      if (tab) RR.set({ tab });
    }, 0));
    if (RR.state.tab && RR.state.tab !== "data") RR.tabButton(RR.state.tab)?.click();
  }
};
