// The tabs of the page: kept in the address, one stop for the Tab key, and a title for each.

import { address, setAddress, tabButton } from "../lib/address.js";
import { listen } from "../lib/events.js";
import { drawTitle } from "../lib/title.js";

/** Keep the open tab in the address, and open the tab that the address names. */
export function followTabs() {
  const strip = document.querySelector("#rr-tabs > .tab-wrapper");
  if (!(strip instanceof HTMLElement)) {
    setTimeout(followTabs, 50);
    return;
  }
  const follow = () => {
    const chosen = tabsOf(strip).find((tab) => tab.getAttribute("aria-selected") === "true");
    if (chosen?.dataset.tabId) setAddress({ tab: chosen.dataset.tabId });
    for (const tab of tabsOf(strip)) tab.tabIndex = tab === chosen ? 0 : -1;
  };
  strip.addEventListener("click", () => setTimeout(follow, 0));
  strip.addEventListener("keydown", (event) => step(event, tabsOf(strip)));
  if (address.tab && address.tab !== "data") tabButton(address.tab)?.click();
  setTimeout(follow, 0);
  followTitle();
}

function followTitle() {
  for (const key of /** @type {const} */ (["tab", "dataset", "open"])) listen(key, drawTitle);
  drawTitle();
}

/**
 * @param {HTMLElement} strip
 * @returns {HTMLElement[]}
 */
function tabsOf(strip) {
  return [...strip.querySelectorAll("[role=tab]")].filter((tab) => tab instanceof HTMLElement);
}

/**
 * Arrows move between the tabs.
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} tabs
 */
function step(event, tabs) {
  const by = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
  const at = tabs.indexOf(/** @type {HTMLElement} */ (event.target));
  if (!by || at < 0) return;
  event.preventDefault();
  const next = tabs[(at + by) % tabs.length];
  next.click();
  next.focus();
}
