// What an import remembers: the upload of this browser tab, and a name from its file.

const KEPT = "rr-import"; // the upload that this browser tab has begun

/**
 * A name for the dataset from the name of a file.
 * @param {string} file
 */
export function suggestName(file) {
  const last = file.split("/").pop() ?? file; // of a dataset on the Hub
  const stem = last.replace(/(\.(csv|tsv|txt|jsonl?|ndjson|gz|zip|parquet|xlsx))+$/i, "");
  return (
    stem
      .replace(/[/\\:]+/g, " ")
      .trim()
      .slice(0, 80) || "dataset"
  );
}

/** The upload that this browser tab has begun; "" if there is none. */
export function recallToken() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return ""; // a private window
  }
}

/**
 * Remember the upload of this browser tab.
 * @param {string} token "" to forget it
 */
export function rememberToken(token) {
  try {
    if (token) sessionStorage.setItem(KEPT, token);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // a private window: the upload is lost when the page is reloaded
  }
}
