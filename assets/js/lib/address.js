// What is selected (tab, dataset, run, view ...) is kept in the address, so that every view can be linked.

import { emit } from "./events.js";

export const address = Object.fromEntries(new URLSearchParams(location.search));

export const PLACES = ["tab", "open", "view", "run"]; // the browser's Back leads from one to the one before

export const setAddress = (changes, { back = true } = {}) => {
  const url = new URL(location.href),
    changed = [];
  for (const [key, value] of Object.entries(changes)) {
    if ((address[key] ?? null) === (value ?? null)) continue;
    if (value === null || value === undefined || value === "") {
      delete address[key];
      url.searchParams.delete(key);
    } else {
      address[key] = String(value);
      url.searchParams.set(key, value);
    }
    changed.push(key);
  }
  history[back && changed.some((key) => PLACES.includes(key)) ? "pushState" : "replaceState"](
    null,
    "",
    url,
  );
  changed.forEach((key) => emit(key, address[key]));
};

export const TABS = ["data", "annotate", "train", "playground"];

export const tabButton = (tab) => document.getElementById(`rr-tab-${tab}-button`);

export const goTo = (tab, changes = {}) => {
  setAddress({ ...changes, tab });
  tabButton(tab)?.click();
  window.scrollTo(0, 0);
};

window.addEventListener("popstate", () => {
  const before = { ...address },
    now = { tab: "data", ...Object.fromEntries(new URLSearchParams(location.search)) };
  Object.keys(address).forEach((key) => delete address[key]);
  Object.assign(address, now);
  if (before.tab !== now.tab) tabButton(now.tab)?.click();
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)]))
    if (before[key] !== now[key]) emit(key, now[key]);
});
