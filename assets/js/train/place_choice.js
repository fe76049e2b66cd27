// Where a new run trains; hidden where there is only one place.

import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { groupedOptions, labelled } from "./form_parts.js";

/** The choice of where a run trains. */
export class PlaceChoice {
  /** @param {() => void} changed */
  constructor(changed) {
    this.select = h("select.rr-select", { id: "rr-run-place" });
    this.select.addEventListener("change", changed);
    this.node = h("div", { hidden: true }, labelled("Trains on", this.select));
  }

  /** @param {{ value: string, word: string }[]} places the first is the default */
  offer(places) {
    const chosen = this.select.value;
    fill(this.select, groupedOptions([{ group: "", options: places }]));
    this.select.value = chosen || places[0].value;
    if (this.select.selectedIndex < 0) this.select.selectedIndex = 0;
    this.node.hidden = places.length < 2;
  }

  get value() {
    return this.select.value || null;
  }
}

/**
 * Where a run trains, in words; empty for one process on this machine.
 * @param {RunPlace} place
 */
export function placeWords({ executor, title, job, state, processes, gpus }) {
  const several = gpus
    ? plural(gpus, "GPU")
    : processes > 1 && plural(processes, "process", "processes");
  const queue = job ? `${title} job ${job} (${state?.toLowerCase()})` : title;
  return [executor !== "local" && queue, several].filter(Boolean).join(", ");
}
