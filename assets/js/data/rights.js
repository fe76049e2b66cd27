// What the user may do in the Data tab, as the server last answered.

export const rights = { mayChange: false, mayLabel: false };
