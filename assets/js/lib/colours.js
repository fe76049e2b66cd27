// Colours of the page's CSS variables, for what cannot use CSS.

/**
 * `value` with every "var(--rr-x)" in it replaced by its colour in the current theme.
 * @template Value
 * @param {Value} value
 * @returns {Value}
 */
export function resolveColours(value) {
  return /** @type {Value} */ (resolve(value));
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function resolve(value) {
  if (typeof value === "string") {
    const style = getComputedStyle(document.body);
    return value.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
  }
  if (Array.isArray(value)) return value.map(resolve);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part)]));
}
