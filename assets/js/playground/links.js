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
 * Copy a link to what was ranked.
 * @param {import("./view.js").View} view
 */
export function copyLink({ answer }) {
  const url = new URL(location.href);
  const source = answer?.source ?? address.from;
  if (source) url.searchParams.set("from", source); // another may be chosen since
  const fits = source !== "paste" || !!address.p || url.hash.startsWith("#p=");
  copyText(url.href, fits ? COPIED : TOO_LONG);
}

/**
 * Keep long passages that are ranked in the address, for a reload and for links.
 * @param {string} passages "" for none
 */
export async function keepPassages(passages) {
  const hash = passages && !address.p ? `p=${await pack(passages)}` : "";
  const url = new URL(location.href);
  url.hash = hash;
  if (url.href.length > LONGEST) url.hash = "";
  if (url.href !== location.href) history.replaceState(null, "", url);
}

/**
 * The passages that came with the link of this page; null if there are none.
 * @param {(text: string) => void} take
 */
export function passagesOfLink(take) {
  if (!location.hash.startsWith("#p=")) return null;
  return unpack(location.hash.slice(3)).then(take, () => toast(CUT_SHORT));
}
