import assert from "node:assert/strict";
import { test } from "node:test";

import { joined, spansIn } from "../../../tracer/rendering/view/script/spans.js";

test("spans that overlap become a single span", () => {
  assert.deepEqual(joined([[4, 6], [0, 3], [2, 5]]), [[0, 6]]);
  assert.deepEqual(joined([[0, 9], [1, 2]]), [[0, 9]]);
});

test("spans that only touch stay apart", () => {
  assert.deepEqual(joined([[3, 5], [0, 3]]), [[0, 3], [3, 5]]);
  assert.deepEqual(joined([]), []);
});

test("a window has the spans that touch its rows", () => {
  const spans = [[0, 1], [3, 5], [7, 7], [9, 12]];
  assert.deepEqual(spansIn(spans, 5, 9), [[3, 5], [7, 7]]);
  assert.deepEqual(spansIn(spans, 2, 3), []);
  assert.deepEqual(spansIn(spans, 0, 99), spans);
  assert.deepEqual(spansIn([], 0, 9), []);
});

test("a window over many spans equals a filter", () => {
  const spans = Array.from({ length: 500 }, (_, index) => [3 * index, 3 * index + (index % 3)]);
  for (let first = 0; first < 1500; first += 37) {
    const end = first + 40;
    assert.deepEqual(spansIn(spans, first, end), spans.filter(([from, to]) => to >= first && from < end));
  }
});
