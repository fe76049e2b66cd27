// Keys of any keyboard layout. Nothing here needs a page.

/**
 * The key that was meant: on a layout without Latin letters, or with digits behind Shift, the
 * place of the key counts.
 * @param {{ key: string, code: string }} event
 */
export function keyOf({ key, code }) {
  const meant = key.length === 1 ? key.toLowerCase() : key;
  if (meant.length > 1 || /[a-z0-9? ]/.test(meant)) return meant;
  return /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code)?.[1].toLowerCase() ?? meant;
}

/** What the key ? opens, by tab, where a tab has keys of its own. @type {Record<string, () => void>} */
export const keyHelp = {};
