// Numbers, times and sizes in words. Nothing here needs a page.

/** @typedef {number | null | undefined} Maybe */

/**
 * A whole number with thousands separators; a dash where it is not known.
 * @param {Maybe} n
 */
export function formatInt(n) {
  return n === null || n === undefined ? "–" : Math.round(n).toLocaleString("en-US");
}

/**
 * A metric with three digits; a dash where it is not known.
 * @param {Maybe} n
 */
export function formatMetric(n) {
  return n === null || n === undefined ? "–" : n.toFixed(3);
}

/**
 * `+0.031`, with a real minus sign.
 * @param {number} n
 */
export function formatSigned(n, digits = 3) {
  const text = Math.abs(n).toFixed(digits);
  if (!Number(text)) return text; // neither +0.000 nor −0.000
  return `${n < 0 ? "−" : "+"}${text}`;
}

/**
 * A number with a true minus; zero has none.
 * @param {number} n
 * @param {number} digits
 */
export function formatNumber(n, digits) {
  const text = n.toFixed(digits);
  return text.replace("-", Number(text) ? "−" : "");
}

/**
 * Half the width of an interval, "± 0.012"; nothing where it is not known.
 * @param {number | null} low
 * @param {number | null} high
 */
export function formatHalf(low, high) {
  return low === null || high === null ? "" : `± ${((high - low) / 2).toFixed(3)}`;
}

/**
 * An interval; a dash where it is not known.
 * @param {number | null} low
 * @param {number | null} high
 */
export function formatRange(low, high) {
  return low === null || high === null ? "–" : `${formatSigned(low)} to ${formatSigned(high)}`;
}

/**
 * A share in percent; a dash of nothing.
 * @param {number} part
 * @param {number} whole
 */
export function formatPercent(part, whole, digits = 1) {
  return whole ? `${((100 * part) / whole).toFixed(digits)}%` : "–";
}

/**
 * `1 pair`, `2,000 pairs`.
 * @param {number} n
 * @param {string} one
 * @param {string} [many] if it is not `one` with an s
 */
export function plural(n, one, many = `${one}s`) {
  return `${formatInt(n)} ${n === 1 ? one : many}`;
}

/**
 * `3:05`, `1:02:03`.
 * @param {Maybe} seconds
 */
export function formatClock(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  const rest = two(whole % 60);
  return hours ? `${hours}:${two(minutes % 60)}:${rest}` : `${minutes}:${rest}`;
}

/**
 * How long ago a time was, in full minutes and hours.
 * @param {number} time in seconds since 1970
 * @param {number} [now] in milliseconds since 1970
 */
export function formatAgo(time, now = Date.now()) {
  const seconds = now / 1000 - time;
  if (seconds < 5) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 172800) return "yesterday";
  return formatDay(time);
}

/**
 * `3 Nov`.
 * @param {number} time in seconds since 1970
 */
export function formatDay(time) {
  return new Date(time * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}

/**
 * `20:05`, in local time.
 * @param {number} time in seconds since 1970
 */
export function formatTime(time) {
  const style = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
  return new Date(time * 1000).toLocaleTimeString("en-GB", style);
}

/**
 * A size in kB, MB or GB.
 * @param {number} bytes
 */
export function formatSize(bytes) {
  if (bytes < 1e6) return `${bytes && Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/**
 * A text on one line, cut after `limit` characters.
 * @param {string} text
 */
export function oneLine(text, limit = 400) {
  return (text.length > limit ? `${text.slice(0, limit)}…` : text).replace(/\s+/g, " ");
}

/**
 * The first letters of the first two words of a name.
 * @param {string} name
 */
export function initials(name) {
  const letters = name.split(/\s+/).map((word) => [...word][0] ?? "");
  return letters.join("").slice(0, 2).toUpperCase();
}

/**
 * `3 Nov 2026, 09:05`.
 * @param {number} time in seconds since 1970
 */
export function formatDateTime(time) {
  const style = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
  return new Date(time * 1000).toLocaleString("en-GB", style);
}

/**
 * A sentence of the server without the options of the command line that it names in brackets.
 * @param {string} sentence
 */
export function withoutOptions(sentence) {
  return sentence.replace(/ \(--[^)]*\)/g, "");
}
