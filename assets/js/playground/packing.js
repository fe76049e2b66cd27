// Texts packed for an address: deflated, as base64 with letters that need no escape. Nothing here
// needs a page.

/** @param {ReadableStream} stream */
async function bytesOf(stream) {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Pack a text for an address.
 * @param {string} text
 */
export async function pack(text) {
  const deflated = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  let letters = "";
  for (const byte of await bytesOf(deflated)) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The text that was packed; rejects what was cut short.
 * @param {string} packed
 */
export async function unpack(packed) {
  const letters = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream();
  const inflated = await bytesOf(stream.pipeThrough(new DecompressionStream("deflate-raw")));
  return new TextDecoder().decode(inflated);
}
