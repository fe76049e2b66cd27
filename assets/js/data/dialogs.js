// Dialogs about a dataset that are loaded when they are opened.

import { later } from "../lib/later.js";

export const openSettings = later(async () => (await import("./dataset_settings.js")).openSettings);
export const openExport = later(async () => (await import("./export.js")).openExport);
