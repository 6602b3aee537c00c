import assert from "node:assert/strict";
import { test } from "node:test";

import { cloudOrigins, originOf } from "../../../tracer/rendering/view/script/token.js";

const login = (json) => [
  { method: "POST", url: "https://keystone.test:5000/v3/auth/tokens" },
  { status: 201, body: { type: "application/json", size: 1, json } },
];

test("the cloud is its URL, the host of the login and the endpoints of the catalogue", () => {
  const catalog = [{ type: "image", endpoints: [{ url: "http://Glance.test:80/v2" }, { url: "http://[::1]:9292" }] }];
  assert.deepEqual(
    [...cloudOrigins("http://cloud.test/identity", [login(JSON.stringify({ token: { catalog } }))])],
    ["http://cloud.test", "https://keystone.test:5000", "http://glance.test", "http://[::1]:9292"],
  );
});

test("the host of any other request is not the cloud", () => {
  const json = JSON.stringify({ token: { catalog: [{ endpoints: [{ url: "http://evil.test" }] }] } });
  const [, response] = login(json);
  assert.deepEqual([...cloudOrigins("", [[{ method: "GET", url: "http://evil.test/v3/auth/tokens" }, response]])], []);
  assert.deepEqual([...cloudOrigins("", [[{ method: "POST", url: "http://evil.test/v2/images" }, response]])], []);
});

test("a catalogue of another shape adds nothing", () => {
  for (const json of [undefined, "", "[", "null", "{}", '{"token": 1}', '{"token": {"catalog": [null]}}']) {
    assert.deepEqual([...cloudOrigins("", [login(json)])], ["https://keystone.test:5000"]);
  }
});

test("a URL in which programs find different hosts has no origin", () => {
  for (const url of ["http://a.test\\@b.test/", "http://a@b.test", "http:b.test", "http://a.test /", "http://a.test:99999", "ftp://a.test"]) {
    assert.equal(originOf(url), "", url);
  }
});
