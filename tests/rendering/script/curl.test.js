import assert from "node:assert/strict";
import { test } from "node:test";

import { curl } from "../../../tracer/rendering/view/script/curl.js";

const URL = "http://keystone.test/v3";
const request = (fields) => ({ method: "GET", url: URL, ...fields });
const CLOUD = new Set(["http://keystone.test"]);
const options = (fields, origins = CLOUD) => {
  const [program, protocols, ...rest] = curl(request(fields), origins).split(" \\\n  ");
  assert.equal(protocols, "--proto '=http,https'");
  return [program, ...rest];
};

test("a request without header and body is its address", () => {
  assert.deepEqual(options({}), ["curl", `--url '${URL}'`]);
});

test("the method is named where curl would choose another", () => {
  assert.ok(options({ method: "DELETE" }).includes("--request 'DELETE'"));
  assert.ok(options({ method: "HEAD" }).includes("--head"));
  const body = { type: "text/plain", size: 1, text: "x" };
  assert.ok(!options({ method: "POST", body }).join().includes("--request"));
  assert.ok(options({ method: "GET", body }).includes("--request 'GET'"));
});

test("header fields that curl sets itself are left out", () => {
  const headers = { Host: "keystone.test", "Content-Length": "2", Accept: ["a", "b"], "X-Empty": "" };
  assert.deepEqual(options({ headers }).slice(1, -1), ["--header 'Accept: a'", "--header 'Accept: b'", "--header 'X-Empty;'"]);
});

test("a field that would read a file or add another field is left out", () => {
  const headers = { "@/etc/passwd": "x", "X-Two": "a\r\nX-Three: b", "X Space": "x" };
  assert.deepEqual(options({ headers }).slice(1, -1), []);
});

test("an accepted coding asks for decompression", () => {
  assert.deepEqual(options({ headers: { "Accept-Encoding": "gzip" } }).slice(1, -1), ["--compressed"]);
});

test("JSON is sent on one line, without a type of curl's own", () => {
  const body = { type: "application/json", size: 14, json: '{\n  "a": "it\'s"\n}' };
  assert.deepEqual(options({ method: "POST", body }).slice(1, -1), [
    "--header 'Content-Type:'",
    `--data-raw '{"a":"it'\\''s"}'`,
  ]);
});

test("bytes come through base64, and a body that is not kept from a file", () => {
  assert.match(curl(request({ method: "PUT", body: { type: "x", size: 2, base64: "AAE=" } }), CLOUD), /^printf %s 'AAE=' \| base64 -d \| curl/);
  assert.match(curl(request({ method: "PUT", body: { type: "x", size: 3, text: "a\0b" } }), CLOUD), /^printf %s 'YQBi' \| base64 -d \| curl/);
  assert.ok(options({ method: "PUT", body: { type: "x", size: 9, omitted: "size" } }).includes("--data-binary @body.bin"));
});

test("no character steers the terminal or ends the word", () => {
  const text = "a'\\!\u001b[31m\u2028\u202e";
  const body = { type: "text/plain", size: 9, text };
  const [word] = options({ method: "POST", body }).filter((option) => option.startsWith("--data-raw"));
  assert.equal(word, "--data-raw $'a\\047\\134\\041\\033[31m\\342\\200\\250\\342\\200\\256'");
});

test("brackets in an address are no pattern, and a space is encoded", () => {
  const written = options({ url: `${URL}/[1-3]/{a} b` });
  assert.ok(written.includes("--globoff"));
  assert.equal(written.at(-1), `--url '${URL}/[1-3]/{a}%20b'`);
});

test("the variable OS_TOKEN stands for the removed token, and for nothing else", () => {
  const sent = (fields) => options({ headers: fields }).slice(1, -1);
  assert.deepEqual(sent({ "X-Auth-Token": "<token-1>" }), ['--header "X-Auth-Token: $OS_TOKEN"']);
  assert.deepEqual(sent({ "x-auth-token": "<token-22>" }), ['--header "X-Auth-Token: $OS_TOKEN"']);
  assert.deepEqual(sent({ "X-Subject-Token": "<token-1>" }), ["--header 'X-Subject-Token: <token-1>'"]);
});

test("another origin does not receive the token", () => {
  const headers = { "X-Auth-Token": "<token-1>" };
  const sent = (url) => options({ url, headers })[1];
  for (const url of [
    "http://evil.test/v3", "https://keystone.test/v3", "http://keystone.test:81/v3", "http://keystone.test@evil.test/",
    "http://evil.test\\@keystone.test/", "file:///etc/passwd", "http://keystone.test.evil.test/", "",
  ]) assert.equal(sent(url), "--header 'X-Auth-Token: <token-1>'", url);
  assert.equal(sent("HTTP://Keystone.test:80/v3?a=b"), '--header "X-Auth-Token: $OS_TOKEN"');
});

test("a text that only resembles a token stays in quotes in which the shell replaces nothing", () => {
  for (const value of ["<token-1>$(id)", "$OS_TOKEN", "`id`<token-1>", "<token-1", "<token-x>", "<token-1>\u2028"]) {
    const [option] = options({ headers: { "X-Auth-Token": value } }).slice(1, -1);
    assert.match(option, /^--header \$?'/);
  }
});
