// Local storage that may be full, or missing in a private window.

/**
 * A value of the local storage; null where there is none.
 * @param {string} key
 */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * Whether it was stored.
 * @param {string} key
 * @param {string | null} value null removes it
 */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
