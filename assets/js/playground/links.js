// Links to what the Playground shows; long passages are packed behind the # of the address.

import { address } from "../lib/address.js";
import { copyText } from "../lib/clipboard.js";
import { toast } from "../lib/toast.js";
import { pack, unpack } from "./packing.js";

const LONGEST = 60000; // characters of a link that browsers and chats still take
const COPIED = "Link copied: it opens these rankers, this query and its candidates";
const TOO_LONG = "Link copied without the pasted passages: they are too long for a link";
const CUT_SHORT = "The passages in this link cannot be read: the link is incomplete";

/**
 * Copy a link to what is shown.
 * @param {import("./view.js").View} view
 * @param {string} passages
 */
export async function copyLink(view, passages) {
  const url = new URL(location.href);
  if (view.source === "paste" && !address.p && passages) url.hash = `p=${await pack(passages)}`;
  const fits = url.href.length <= LONGEST;
  if (!fits) url.hash = "";
  copyText(url.href, fits ? COPIED : TOO_LONG);
}

/**
 * The passages that came with the link of this page; null if there are none.
 * @param {(text: string) => void} take
 */
export function passagesOfLink(take) {
  if (!location.hash.startsWith("#p=")) return null;
  const taken = (/** @type {string} */ text) => {
    take(text);
    history.replaceState(null, "", location.pathname + location.search);
  };
  return unpack(location.hash.slice(3)).then(taken, () => toast(CUT_SHORT));
}
