// What the Playground shows where nothing could be ranked.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { mayPass } from "../lib/server.js";

/** @typedef {import("./widget.js").Playground} Playground */

/**
 * Show why a query was not ranked, with what may help.
 * @param {Playground} playground
 * @param {unknown} error
 */
export function showFailure(playground, error) {
  if (mayPass(error)) {
    showOutage(playground, error);
    return;
  }
  const { view, lists, form, picker, body } = playground;
  view.answer = null;
  lists.clear();
  const labelled = view.source === "labelled";
  const browse = button("Browse test queries", () => picker.toggle(true));
  const search = button("Use BM25 candidates", () => form.choose("dataset"));
  const meaning = button("Search by meaning", () => form.choose("meaning"));
  const query = form.query.value.trim();
  const actions = [
    labelled && view.dataset && browse,
    (labelled || view.source === "meaning") && query && search,
    view.source === "dataset" && query && meaning,
  ].filter(Boolean);
  fill(body, lists.heads(), errorBox(error, ...actions));
}

/**
 * The server cannot be reached: what was ranked before stays.
 * @param {Playground} playground
 * @param {unknown} error
 */
function showOutage(playground, error) {
  const { view, lists, body } = playground;
  playground.failed = true;
  if (view.answer) lists.draw(body);
  const retry = button("Try again", () => playground.rank());
  const box = h("div.rr-play-outage", errorBox(error, retry));
  if (view.answer) body.prepend(box);
  else fill(body, lists.heads(), box);
}
