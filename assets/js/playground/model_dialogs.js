// Dialogs of a model, for the Playground and the Train tab, that are loaded when they are opened.

import { later } from "../lib/later.js";

export const openUse = later(async () => (await import("./model_use.js")).openUse);
export const openCutoff = later(async () => (await import("./cutoff.js")).openCutoff);
