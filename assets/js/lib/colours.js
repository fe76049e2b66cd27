// Colours of the page's CSS variables, for what cannot use CSS.

const MIX = /color-mix\(in srgb, #(\w{6}) (\d+)%, #(\w{6})\)/g;

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
    const plain = (/** @type {string} */ _, /** @type {string} */ name) =>
      style.getPropertyValue(name).trim();
    return value.replace(/var\((--[\w-]+)\)/g, plain).replace(MIX, mixed);
  }
  if (Array.isArray(value)) return value.map(resolve);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part)]));
}

/**
 * A mix of two colours as one colour, for what does not know color-mix.
 * @param {string} _
 * @param {string} one
 * @param {string} percent of the first colour
 * @param {string} other
 */
function mixed(_, one, percent, other) {
  const share = Number(percent) / 100;
  const parts = [0, 2, 4].map((at) => {
    const [a, b] = [one, other].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round(share * a + (1 - share) * b);
  });
  return `rgb(${parts.join(", ")})`;
}
