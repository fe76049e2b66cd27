// Which run the Train tab shows, and which runs its chart compares.

/** @type {{ run: number | null, compared: number[] }} */
export const shown = { run: null, compared: [] };
