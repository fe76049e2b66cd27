// Icons: one path each, drawn in a box of 16 by 16.

import { svg } from "./dom.js";

const PATHS = {
  check: "m3 8.5 3.2 3L13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  down: "m4 6 4 4 4-4",
  up: "m4 10 4-4 4 4",
  left: "m10 4-4 4 4 4",
  right: "m6 4 4 4-4 4",
  arrow: "M3 8h10M9 4l4 4-4 4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14",
  plus: "M8 3v10M3 8h10",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.5l2 1",
  finished: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm-2.7-6 1.9 1.9 3.5-3.7",
  stopped: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6 6h4v4H6Z",
  failed: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6 6l4 4m0-4-4 4",
  lost: "M8 5v3.5M8 11h.01M5 2.8A6 6 0 0 0 3 4.700M2 7.500A6 6 0 0 0 2.600 10.600M5 13.200A6 6 0 0 0 8 14M11 13.200a6 6 0 0 0 2.400-2.600M14 8a6 6 0 0 0-.8-3M10.500 2.600A6 6 0 0 0 8 2",
  octagon: "M5.500 2h5L14 5.500v5L10.500 14h-5L2 10.500v-5ZM8 5v3.500M8 11h.01",
  warn: "M8 2.500 14 13H2ZM8 6.500v3M8 11.300h.01",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.500v3.500M8 5h.01",
  upload: "M8 10V3M5 6l3-3 3 3M2.500 10.500V13h11v-2.500",
  download: "M8 3v7M5 7l3 3 3-3M2.500 10.500V13h11v-2.500",
  file: "M4 2h5l3 3v9H4ZM9 2v3h3",
  trash: "M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500 5 13.500h6l.5-9M7 7v4M9 7v4",
  undo: "M6 3.500 3 6.500l3 3M3 6.500h6.500a3.500 3.500 0 0 1 0 7H7",
  skip: "M4 3.500v9l6-4.500ZM12 3.500v9",
  note: "M3 3h10v7l-3 3H3ZM13 10h-3v3M5.500 6h5M5.500 8.500h3",
  theme: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12",
  code: "m5.500 5-3 3 3 3M10.500 5l3 3-3 3",
  link: "M6.500 9.500a2.500 2.500 0 0 0 3.600 0l2.400-2.400a2.500 2.500 0 0 0-3.600-3.600l-.9.9M9.500 6.500a2.500 2.500 0 0 0-3.600 0L3.500 8.900a2.500 2.500 0 0 0 3.600 3.600l.9-.9",
  offline:
    "M2 2l12 12M4.500 8A5 5 0 0 1 6 7M2 5.700A9 9 0 0 1 4 4.400M6.300 10.200a2.500 2.500 0 0 1 3.400 0M8 12.500h.01M7 3.500a9 9 0 0 1 7 2.200",
  disputed: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z",
  edit: "M3 13l.7-3L11 2.700l2.300 2.300L6 12.300Z",
  people:
    "M6 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM1.500 13.500c0-2.500 2-4 4.500-4s4.500 1.500 4.500 4M11 8a2 2 0 1 0-.7-3.900M12 9.700c1.500.4 2.500 1.700 2.500 3.800",
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * An icon by its name.
 * @param {IconName} name
 */
export function icon(name) {
  const box = { viewBox: "0 0 16 16", class: "rr-icon", "aria-hidden": "true" };
  return svg("svg", box, svg("path", { d: PATHS[name] }));
}
