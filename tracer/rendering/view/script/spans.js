// Spans of rows: [first, last].

/** @import { Span } from "./types" */

/**
 * Merge spans that overlap.
 *
 * @param {Span[]} spans
 * @returns {Span[]}
 */
export function joined(spans) {
  /** @type {Span[]} */
  const merged = [];
  for (const [first, last] of spans.sort((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before !== undefined && first < before[1]) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/**
 * Return those of the sorted, disjoint spans that touch the rows from `first` to before `end`.
 *
 * @param {Span[]} spans
 * @param {number} first
 * @param {number} end
 * @returns {Span[]}
 */
export function spansIn(spans, first, end) {
  let low = 0;
  for (let high = spans.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (spans[middle][1] < first) low = middle + 1;
    else high = middle;
  }
  const touching = [];
  for (; low < spans.length && spans[low][0] < end; low += 1) touching.push(spans[low]);
  return touching;
}
