import assert from "node:assert/strict";
import { test } from "node:test";

import { headersOf, isThere, places, words } from "../../../tracer/rendering/view/script/query.js";

const EXCHANGE = { from: 0, to: 1, method: "GET", path: "/v2/images", status: 404, reason: "Not Found", verdict: "wrong-status" };
const OPERATION = { id: "image.list-images", name: "이미지 목록 조회", url: "" };
const REQUEST = {
  method: "GET",
  url: "http://glance.test:9292/v2/images",
  headers: { Accept: ["text/plain", "application/JSON"], "X-Auth-Token": "<token-1>" },
};
const RESPONSE = { status: 404, headers: {}, body: { type: "application/json", size: 14, json: '{"name": "Cirros"}' } };

const finds = (query) => words(query).every((word) => isThere(places(EXCHANGE, [REQUEST, RESPONSE], OPERATION), word));

test("a query is split into words in small letters", () => {
  assert.deepEqual(words('  Image status:404 "Two Words" '), [[null, "image"], ["status", "404"], [null, "two words"]]);
  assert.deepEqual(words(""), []);
});

test("only the name of a place makes a prefix", () => {
  assert.deepEqual(words("http://x method:get other:1"), [[null, "http://x"], ["method", "get"], [null, "other:1"]]);
});

test("quotes may follow a place, and may be left open", () => {
  assert.deepEqual(words('body:"a b" "c d'), [["body", "a b"], [null, "c d"]]);
  assert.deepEqual(words('body:""'), []);
});

for (const query of ["images", "404", "status:4", "method:get", "header:json", "body:cirros", "verdict:wrong", "path:9292", "not cirros", "operation:list", "목록"]) {
  test(`${query} finds the exchange`, () => assert.ok(finds(query)));
}

for (const query of ["status:04", "method:et", "header:cirros", "body:token", "operation:cirros", "images nova", "verdict:unexpected"]) {
  test(`${query} does not find the exchange`, () => assert.ok(!finds(query)));
}

test("an exchange without a response is searched", () => {
  const hay = places({ from: 0, to: 1, method: "PUT" }, [{ method: "PUT", url: "http://x/" }, null]);
  assert.deepEqual(hay, { method: "put", path: "\nhttp://x/", operation: "", status: " ", header: "", body: "\n\n", verdict: "" });
});

test("a repeated header field comes more than once, in its order", () => {
  assert.deepEqual(headersOf(REQUEST), [["Accept", "text/plain"], ["Accept", "application/JSON"], ["X-Auth-Token", "<token-1>"]]);
  assert.deepEqual(headersOf(null), []);
});
