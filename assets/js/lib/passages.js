// Passages that are typed, pasted or read from a file. Nothing here needs a page.

/**
 * Passages of a text: between blank lines if there are any, else line by line.
 * @param {string} text
 */
export function splitPassages(text) {
  const plain = text.replace(/\r/g, "").trim();
  const parts = /\n\s*\n/.test(plain) ? plain.split(/\n\s*\n/) : plain.split("\n");
  return parts.map((part) => part.trim()).filter(Boolean);
}

/**
 * Passages of JSON Lines: strings, or objects with `passage` or `text`; as `splitPassages` reads
 * them. Throws an Error that names the first line that is neither.
 * @param {string} text
 */
export function passagesOfJsonLines(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line, at) => passageOfLine(line, at + 1)).join("\n\n");
}

/**
 * @param {string} line
 * @param {number} number
 */
function passageOfLine(line, number) {
  let value;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`line ${number} is not JSON`);
  }
  const passage = typeof value === "string" ? value : (value?.passage ?? value?.text);
  if (typeof passage !== "string") {
    throw new Error(`line ${number} is neither a string nor {"passage"}`);
  }
  return passage.replace(/\n\s*\n/g, "\n");
}
