// Which run the Train tab shows, and which runs its chart compares.

export const shown = { run: null, compared: [] };
