// Where a new run trains, and on how many processes; a field without a choice is hidden.

import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { groupedOptions, labelled } from "./form_parts.js";
import { ProcessCount } from "./process_count.js";

/** The choice of where a run trains. */
export class PlaceChoice {
  /** @param {() => void} changed */
  constructor(changed) {
    /** @type {OfferedPlace[]} */
    this.places = [];
    this.select = h("select.rr-select", { id: "rr-run-place" });
    this.select.addEventListener("change", () => {
      this.show();
      changed();
    });
    this.count = new ProcessCount("rr-field", changed);
    this.count.input.id = "rr-run-processes";
    this.lines = [labelled("Trains on", this.select), labelled(this.count.word, this.count.input)];
    this.node = h("div.rr-run-place", this.lines);
  }

  /** @param {OfferedPlace[]} places the first is the default */
  offer(places) {
    const chosen = this.select.value;
    this.places = places;
    fill(this.select, groupedOptions([{ group: "", options: places }]));
    this.select.value = chosen || places[0].value;
    if (this.select.selectedIndex < 0) this.select.selectedIndex = 0;
    this.show();
  }

  show() {
    const place = this.places.find(({ value }) => value === this.select.value);
    if (place) this.count.offer(place);
    const hidden = [this.places.length < 2, this.count.hidden];
    this.lines.forEach((line, at) => {
      line.hidden = hidden[at];
    });
    this.node.hidden = !hidden.includes(false);
  }

  /** The executor, and the number of processes or GPUs. */
  get value() {
    return { executor: this.select.value || null, ...this.count.value };
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
  const word = state?.replace(/ \(.*\)$/, "").toLowerCase(); // the run's sentence says the reason
  const queue = job ? `${title} job ${job} (${word})` : title;
  return [executor !== "local" && queue, several].filter(Boolean).join(", ");
}
