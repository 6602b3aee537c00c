// Which exchanges a query finds. All its words must be there; `status:404` looks in one place only.

import { isThere, places, words } from "./query.js";
import { contents, deviates, operationOf, run, state } from "./runs.js";
/** @import { Place } from "./types" */
/** @type {Map<number, Record<Place, string>[]>} */
const searchable = new Map();

/**
 * What of each exchange is searched, in small letters, by the places above. Made at the first search.
 *
 * @returns {Record<Place, string>[] | null}
 */
function haystack() {
  if (!searchable.has(state.run)) {
    const all = contents();
    if (all === null) return null;
    searchable.set(state.run, run().exchanges.map((exchange, index) => places(exchange, all[index], operationOf(2 * index))));
  }
  return searchable.get(state.run) ?? null;
}

/**
 * The messages of the run that the query and the filter leave, in their order; null while that cannot be told.
 *
 * @returns {number[] | null}
 */
export function filtered() {
  const wanted = words(state.query);
  if (wanted.length === 0 && !state.deviating) return run().order;
  const hay = wanted.length === 0 ? [] : haystack();
  if (hay === null) return null;
  const kept = run().exchanges.map((exchange, index) =>
    (!state.deviating || deviates(exchange)) && wanted.every((word) => isThere(hay[index], word)));
  return run().order.filter((message) => kept[message >> 1]);
}

/**
 * Mark what was searched for in these elements, where the browser can.
 *
 * @param {...Element} elements
 */
export function markFound(...elements) {
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete("found");
  const wanted = words(state.query).map(([, word]) => word);
  if (wanted.length === 0) return;
  const ranges = elements.flatMap((element) => [...rangesIn(element, wanted)]);
  CSS.highlights.set("found", new Highlight(...ranges));
}

/**
 * @param {Element} element
 * @param {string[]} wanted
 * @returns {Generator<Range>}
 */
function* rangesIn(element, wanted) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = 1000;
  for (let node = walker.nextNode(); node instanceof Text && left > 0; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    // A few letters have two small ones: then places would be off.
    if (text.length !== node.data.length) continue;
    for (const word of wanted) {
      for (let place = text.indexOf(word); place >= 0 && left > 0; place = text.indexOf(word, place + word.length)) {
        left -= 1;
        const range = new Range();
        range.setStart(node, place);
        range.setEnd(node, place + word.length);
        yield range;
      }
    }
  }
}
