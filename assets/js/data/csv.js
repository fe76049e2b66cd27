// Rows as CSV. Nothing here needs a page.

/**
 * A cell; one that a spreadsheet would take for a formula gets an apostrophe before it.
 * @param {string} text
 */
function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * With a byte order mark, so that spreadsheets read it as UTF-8.
 * @param {string[][]} rows
 */
export function csvText(rows) {
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
