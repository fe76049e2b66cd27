// What a person chose for a dataset, kept in this browser.
export const rememberedChoices = (dataset) => {
  try {
    return JSON.parse(localStorage.getItem(`rr-annotate:${dataset}`)) || {};
  } catch {
    return {};
  }
};

export const rememberChoices = (dataset, choice) => {
  try {
    localStorage.setItem(`rr-annotate:${dataset}`, JSON.stringify(choice));
  } catch {
    /* private mode */
  }
};
