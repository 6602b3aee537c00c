import assert from "node:assert/strict";
import { test } from "node:test";

import { compact, DEEPEST, jsonTree } from "../../../tracer/rendering/view/script/jsontree.js";

test("literals stay as they were sent", () => {
  const tree = jsonTree('{"big": 12345678901234567890, "e": 1.50E+3, "s": "a\\u0041\\n", "n": [null, true, NaN]}');
  assert.equal(tree.open, "{");
  assert.deepEqual(
    tree.items.map(({ key, text }) => [key, text]),
    [['"big"', "12345678901234567890"], ['"e"', "1.50E+3"], ['"s"', '"a\\u0041\\n"'], ['"n"', undefined]],
  );
  assert.deepEqual(tree.items[3].items.map(({ text }) => text), ["null", "true", "NaN"]);
});

test("a repeated key is there twice", () => {
  assert.deepEqual(jsonTree('{"a": 1, "a": 2}').items.map(({ key }) => key), ['"a"', '"a"']);
});

test("the number of values leaves keys out", () => {
  assert.equal(jsonTree("7").nodes, 1);
  assert.equal(jsonTree('{"a": [1, 2], "b": {}}').nodes, 5);
});

test("a byte order mark may come first", () => {
  assert.equal(jsonTree("\ufeff[1]").items.length, 1);
});

for (const text of ["", "{", "]", "[1}", '{"a" 1', '["a": 1]', "1 2", '{"a": 1} x', "undefined", '{: 1}']) {
  test(`${JSON.stringify(text)} is no tree`, () => assert.equal(jsonTree(text), null));
}

test("a text that is nested too deeply is no tree", () => {
  const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);
  assert.notEqual(jsonTree(nested(DEEPEST - 1)), null);
  assert.equal(jsonTree(nested(DEEPEST)), null);
});

test("compact JSON loses spaces between values, and none within", () => {
  assert.equal(compact('{\n  "a b": [1,\t"c \\" d"],\r\n "e": {}\n}'), '{"a b":[1,"c \\" d"],"e":{}}');
});
