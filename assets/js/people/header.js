// The header: the current dataset, what is running, the theme, the user.

import { address, goTo, setAddress, tabButton } from "../lib/address.js";
import { button } from "../lib/controls.js";
import { fill, h, svg } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { formatInt, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { withMenu } from "../lib/menu.js";
import { poll, pollRate } from "../lib/poll.js";
import { isAdmin, setRole } from "../lib/role.js";
import { newId } from "../lib/server.js";
import { recall, remember } from "../lib/storage.js";
import { accountMenu } from "./account.js";
import { backupMark } from "./backup.js";
import { connectionBanner } from "./connection_banner.js";
import { diskWarning } from "./disk.js";
import { moveHeader, skipLink } from "./landmarks.js";
import { followPalette } from "./palette.js";
import { runChip } from "./run_chip.js";
import { followTabs } from "./tabs.js";

/** @param {boolean} dark */
function showTheme(dark) {
  document.body.classList.toggle("dark", dark);
  emit("theme", dark);
}

/** Show the theme that the user chose, or that of the system, and follow the latter. */
function followTheme() {
  if (new URLSearchParams(location.search).has("__theme")) return;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const theme = recall("rr-theme");
  if (theme) showTheme(theme === "dark");
  system.addEventListener("change", () => {
    const chosen = recall("rr-theme");
    showTheme(chosen ? chosen === "dark" : system.matches);
  });
}

/**
 * Draw the header.
 * @param {Widget<HeaderServer>} context
 */
export function drawWidget({ widget, server }) {
  followTheme();
  const parts = { dataset: datasetSwitch(), account: accountMenu(server), run: runChip() };
  const backup = backupMark();
  const disk = diskWarning();
  const mark = h("div.rr-mark", markImage(), h("span", "Reranker UI"));
  const [left, right] = [
    [mark, parts.dataset.button, h("div.rr-grow"), backup.button],
    [parts.run.button, themeButton(), parts.account.button, parts.run.announcer],
  ];
  const page = newId();
  /** @type {Overview | null} */
  let last = null;
  const refresh = async () => {
    const dataset = address.dataset || null; // another one may be chosen while the answer comes
    const overview = await server.overview({ dataset, page });
    // What is drawn belongs to the former user.
    if (last && last.user.name !== overview.user.name) location.reload();
    last = overview;
    document.body.classList.toggle("rr-demo", overview.mode === "demo");
    setRole(overview.user.role);
    pollRate.seconds = Math.round(overview.every);
    const same = (address.dataset || null) === dataset;
    if (same && !overview.datasets.some(({ name }) => name === dataset)) {
      setAddress({ dataset: overview.datasets[0]?.name });
    }
    parts.account.show(overview);
    backup.show(overview.backup);
    disk.show(overview.disk);
    parts.run.show(overview.run);
    parts.dataset.show(overview.datasets);
    emit("pulse", overview.run);
  };
  const banner = connectionBanner(refresh, () => last);
  fill(
    widget,
    skipLink(),
    h("header.rr-header", { role: "banner" }, left, right),
    banner,
    disk.banner,
  );
  moveHeader();
  followPalette(() => last, commands);
  listen("back", () => {
    emit("changed");
    emit("runs");
  });
  listen("dataset", () => parts.dataset.draw());
  // A failure is shown by the next poll.
  listen("changed", () => refresh().catch(() => {}));
  listen("tab", (tab) => tab === "train" && refresh().catch(() => {}));
  poll(widget, null, refresh, { behind: () => parts.run.isLive() });
  followTabs();
}

/** Whether files are imported here. */
function imports() {
  return isAdmin() && tabButton("data");
}

/** Commands of the header for the palette. */
function commands() {
  return [
    ...(imports() ? [{ text: "Import a file", act: () => goTo("data", { open: null }) }] : []),
    { text: "Toggle dark mode", act: toggleTheme },
    { text: "Open the guide", act: () => window.open("guide", "_blank", "noopener") },
  ];
}

function toggleTheme() {
  const dark = !document.body.classList.contains("dark");
  remember("rr-theme", dark ? "dark" : "light");
  showTheme(dark);
}

function themeButton() {
  return button("", toggleTheme, { kind: "quiet icon", icon: "theme", label: "Toggle dark mode" });
}

/** The current dataset, and the menu that chooses another. */
function datasetSwitch() {
  /** @type {Overview["datasets"]} */
  let datasets = [];
  const [name, count] = [h("b.rr-cut"), h("span.rr-count")];
  const properties = {
    type: "button",
    disabled: true, // until its entries have come
    title: "Choose a dataset",
  };
  const word = h("span.rr-word", "Dataset");
  const button = h("button.rr-switch", properties, word, name, count, icon("down"));
  /** @returns {import("../lib/menu.js").MenuEntries} */
  const entries = () => [
    ...datasets.map((dataset) => ({
      text: dataset.name,
      more: plural(dataset.pairs, "pair"),
      act: () => setAddress({ dataset: dataset.name }),
    })),
    datasets.length && imports() ? "-" : null,
    imports() && {
      text: "Import a file",
      icon: "upload",
      act: () => goTo("data", { open: null }),
    },
  ];
  withMenu(button, entries);
  const draw = () => {
    const current = datasets.find((dataset) => dataset.name === address.dataset);
    name.textContent = current ? current.name : "none yet";
    count.textContent = current ? plural(current.pairs, "pair") : "";
    const tab = tabButton("annotate");
    const waiting = current?.waiting ? formatInt(current.waiting) : "";
    if (waiting) tab?.setAttribute("data-count", waiting);
    else tab?.removeAttribute("data-count");
    tab?.setAttribute("aria-label", waiting ? `Annotate, ${waiting} waiting` : "Annotate");
  };
  /** @param {Overview["datasets"]} next */
  const show = (next) => {
    datasets = next;
    button.disabled = false;
    draw();
  };
  return { button, draw, show };
}

function markImage() {
  const bars = [
    { y: 0, width: 18, colour: "accent" },
    { y: 6, width: 12, colour: "ctl" },
    { y: 12, width: 7, colour: "line2" },
  ].map(({ y, width, colour }) =>
    svg("rect", { y, width, height: 4, rx: 1.5, style: `fill:var(--rr-${colour})` }),
  );
  return svg("svg", { viewBox: "0 0 18 16", "aria-hidden": "true" }, ...bars);
}
