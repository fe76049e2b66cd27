// Colours of the page's own variables, for what cannot use CSS.

// "var(--rr-x)" anywhere in `value` -> the colour that it stands for now.
export const resolveColours = (value) => {
  if (typeof value === "string")
    return value.replace(/var\((--[\w-]+)\)/g, (_, name) =>
      getComputedStyle(document.body).getPropertyValue(name).trim(),
    );
  if (Array.isArray(value)) return value.map(resolveColours);
  if (value && typeof value === "object")
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, resolveColours(one)]),
    );
  return value;
};
