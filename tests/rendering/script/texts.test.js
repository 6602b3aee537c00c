import assert from "node:assert/strict";
import { test } from "node:test";

import { fitting, shown, translator } from "../../../tracer/rendering/view/script/texts.js";

const TEXTS = { "found.one": "{count} exchange of {all}", "found.other": "{count} exchanges of {all}", plain: "at {time}" };

test("a count chooses the plural form of the language", () => {
  const t = translator(TEXTS, "en");
  assert.equal(t("found", { count: 1, all: 1000 }), "1 exchange of 1,000");
  assert.equal(t("found", { count: 1500, all: 2000 }), "1,500 exchanges of 2,000");
});

test("a language without plural forms has one text", () => {
  const t = translator({ "found.other": "{count}개" }, "ko");
  assert.equal(t("found", { count: 1 }), "1개");
});

test("a place without a value stays", () => {
  const t = translator(TEXTS, "en");
  assert.equal(t("plain", { time: "{count} $&" }), "at {count} $&");
  assert.equal(t("plain"), "at {time}");
});

test("controls and marks of direction become visible", () => {
  assert.equal(shown("a\tb\nc\u0000\u001b\u202e\u2028d"), "a\tb\nc\ufffd\ufffd\ufffd\ufffdd");
  assert.equal(shown("한국어 ✓ 😀"), "한국어 ✓ 😀");
});

test("a label is cut to its room, and has three characters at least", () => {
  assert.equal(fitting("GET", 20), "GET");
  assert.equal(fitting("DELETE", 20), "DE…");
  assert.equal(fitting("DELETE", 58), "DELETE");
});
