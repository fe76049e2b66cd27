// The header: dataset in hand, what is running, light or dark, who one is.

import { address, goTo, setAddress, tabButton } from "../lib/address.js";
import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { formatClock, formatInt, formatMetric, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { openMenu } from "../lib/menu.js";
import { poll, pollRate } from "../lib/poll.js";
import { checkSession, newId } from "../lib/server.js";
import { accountMenu } from "./account.js";
import { backupMark } from "./backup.js";
import { diskWarning } from "./disk.js";

export const setTheme = (dark) => {
  document.body.classList.toggle("dark", dark);
  try {
    localStorage.setItem("rr-theme", dark ? "dark" : "light");
  } catch {
    /* private mode */
  }
  emit("theme", dark);
};

export const drawRoom = ({ room, server, trigger }) => {
  const known = (() => {
    try {
      return localStorage.getItem("rr-theme");
    } catch {
      return null;
    }
  })();
  if (known && !new URLSearchParams(location.search).has("__theme")) setTheme(known === "dark");

  const mark = h("div", { class: "rr-mark" }, markImage(), h("span", {}, "Reranker UI"));
  const name = h("b", { class: "rr-cut" }),
    count = h("span", { class: "rr-count" });
  const choose = h(
    "button",
    {
      type: "button",
      class: "rr-switch",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      title: "Choose a dataset",
    },
    h("span", { class: "rr-word" }, "Dataset"),
    name,
    count,
    icon("down"),
  );
  const chip = h(
    "button",
    { type: "button", class: "rr-runchip idle", "aria-live": "off" },
    "Nothing running",
  );
  const theme = button("", () => setTheme(!document.body.classList.contains("dark")), {
    kind: "quiet icon",
    icon: "theme",
    label: "Toggle dark mode",
  });
  const me = accountMenu(server),
    backup = backupMark(),
    disk = diskWarning();
  const announce = h("div", { class: "rr-sr", role: "status" });
  fill(
    room,
    h(
      "header",
      { class: "rr-header" },
      mark,
      choose,
      h("div", { class: "rr-grow" }),
      backup.button,
      chip,
      theme,
      me.button,
      announce,
    ),
    disk.banner,
  );
  let datasets = [],
    running = null;
  const page = newId();

  const show = () => {
    const current = datasets.find((dataset) => dataset.name === address.dataset);
    name.textContent = current ? current.name : "none yet";
    count.textContent = current ? plural(current.pairs, "pair") : "";
    const button = tabButton("annotate");
    if (button)
      current?.waiting
        ? button.setAttribute("data-count", formatInt(current.waiting))
        : button.removeAttribute("data-count");
  };
  const pick = (next) => {
    setAddress({ dataset: next });
  };
  choose.addEventListener("click", () =>
    openMenu(
      choose,
      [
        ...datasets.map((dataset) => ({
          text: dataset.name,
          more: plural(dataset.pairs, "pair"),
          act: () => pick(dataset.name),
        })),
        ...(datasets.length && tabButton("data") ? ["-"] : []),
        tabButton("data") && {
          text: "Import a file",
          icon: "upload",
          act: () => goTo("data", { open: null }),
        },
      ].filter(Boolean),
    ),
  );
  chip.addEventListener("click", () => {
    if (!chip.classList.contains("idle")) goTo("train");
  });
  listen("dataset", (dataset) => {
    show();
    trigger("dataset_changed", { dataset: dataset || "" });
  });

  const showRun = (now) => {
    const run = now.running;
    chip.className = `rr-runchip ${run ? "" : now.failed ? "failed" : now.waiting ? "" : "idle"}`;
    if (run) {
      const part = run.part || 0,
        ring = h("span", { class: "rr-ring", style: `--part:${part}` });
      const more = [
        `step ${formatInt(run.step)} / ${formatInt(run.max_steps)}`,
        run.loss === null ? null : `loss ${formatMetric(run.loss)}`,
        run.eta === null ? null : `${formatClock(run.eta)} left`,
      ].filter(Boolean);
      fill(
        chip,
        ring,
        h("b", {}, run.name),
        h("span", { class: "rr-more" }, more.join("  ·  ")),
        now.waiting ? h("span", {}, `+ ${now.waiting} waiting`) : null,
      );
      chip.title = `${run.name}: ${more.join(", ")}`;
    } else if (now.waiting) fill(chip, icon("clock"), `${now.waiting} waiting`);
    else if (now.failed) fill(chip, icon("failed"), `${now.failed} failed`);
    else fill(chip, "Nothing running");
    if (running && running !== run?.name) {
      announce.textContent = `${running} has ended.`;
      emit("runs");
    }
    running = run?.name || null;
  };
  const refresh = async () => {
    const now = await server
      .overview({ dataset: address.dataset || null, page })
      .catch(checkSession);
    document.body.classList.toggle("rr-demo", now.way === "demo");
    datasets = now.datasets;
    pollRate.seconds = Math.round(now.every);
    if (!datasets.some((dataset) => dataset.name === address.dataset)) pick(datasets[0]?.name);
    me.show(now);
    backup.show(now.backup);
    disk.show(now.disk);
    showRun(now.run);
    show();
    emit("pulse", now.run);
  };
  listen("changed", refresh); // another room says: datasets, labels or runs have changed
  listen("tab", (tab) => tab === "train" && refresh().catch(() => {})); // the next poll tells of a fault
  poll(room, null, refresh);
  if (address.dataset) trigger("dataset_changed", { dataset: address.dataset });
  followTabs();

  function markImage() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 18 16");
    svg.setAttribute("aria-hidden", "true");
    [
      ["0", 18, "var(--rr-accent)"],
      ["6", 12, "var(--rr-ctl)"],
      ["12", 7, "var(--rr-line2)"],
    ].forEach(([y, width, fill]) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      bar.setAttribute("y", y);
      bar.setAttribute("width", width);
      bar.setAttribute("height", 4);
      bar.setAttribute("rx", 1.5);
      bar.style.fill = fill;
      svg.append(bar);
    });
    return svg;
  }
  // The tab in hand is part of the address, and the address opens its tab.
  function followTabs() {
    const strip = document.querySelector("#rr-tabs > .tab-wrapper");
    if (!strip) {
      setTimeout(followTabs, 50);
      return;
    }
    strip.addEventListener("click", () =>
      setTimeout(() => {
        const tab = strip.querySelector("button[role=tab][aria-selected=true]")?.dataset.tabId;
        if (tab) setAddress({ tab });
      }, 0),
    );
    if (address.tab && address.tab !== "data") tabButton(address.tab)?.click();
  }
};
