// The warning below the header while the server's disk is nearly full.

import { h } from "../lib/dom.js";

/** The warning of a disk that is nearly full. */
export function diskWarning() {
  const banner = h("p.rr-disk", { role: "alert", hidden: true });
  /** @param {Overview["disk"]} disk */
  const show = (disk) => {
    const sentence = disk ? disk.sentence : "";
    if (banner.textContent !== sentence) banner.textContent = sentence;
    banner.hidden = !disk;
  };
  return { banner, show };
}
