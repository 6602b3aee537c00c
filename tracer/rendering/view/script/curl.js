// A request as a command for the shell. A recording may come from anyone: no text in it may become a command.

import { compact } from "./jsontree.js";
import { headersOf } from "./query.js";
import { originOf } from "./token.js";

/** @import { Body, Request } from "./types" */
// What curl finds out for itself, or what would not fit the body as it is given here.
const CURLS_OWN = new Set(["host", "content-length", "connection", "transfer-encoding", "accept-encoding"]);
const FIELD_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const TOKEN_PSEUDONYM = /^<token-\d+>$/;

/**
 * The request as a curl command. The variable OS_TOKEN stands for the removed token of the user, if the
 * request goes to an origin of the cloud. Other pseudonyms stay what they are.
 *
 * @param {Request} request
 * @param {Set<string>} origins
 * @returns {string}
 */
export function curl(request, origins) {
  const parts = ["curl", "--proto '=http,https'"];
  const trusted = origins.has(originOf(request.url));
  const method = request.method;
  if (method === "HEAD") parts.push("--head");
  else if (method !== (request.body ? "POST" : "GET")) parts.push(`--request ${quoted(method)}`);
  if (/[[\]{}]/.test(request.url)) parts.push("--globoff");
  const headers = headersOf(request);
  if (headers.some(([name]) => name.toLowerCase() === "accept-encoding")) parts.push("--compressed");
  for (const [name, value] of headers) parts.push(...headerOption(name, value, trusted));
  const { before, option } = bodyOption(request.body);
  if (option.length > 0 && !headers.some(([name]) => name.toLowerCase() === "content-type")) parts.push("--header 'Content-Type:'");
  parts.push(...option);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: curl refuses a URL with control characters
  parts.push(`--url ${quoted(request.url.replace(/[\x00-\x20\x7f]/g, encodeURIComponent))}`);
  return before + parts.join(" \\\n  ");
}

/**
 * @param {string} name
 * @param {string} value
 * @param {boolean} trusted
 * @returns {string[]}
 */
function headerOption(name, value, trusted) {
  // `@name` would make curl read a file, a line break add another header.
  if (CURLS_OWN.has(name.toLowerCase()) || !FIELD_NAME.test(name) || /[\r\n\0]/.test(value)) return [];
  // Only this fixed text is in quotes that let the shell fill in a variable.
  if (trusted && name.toLowerCase() === "x-auth-token" && TOKEN_PSEUDONYM.test(value)) return ['--header "X-Auth-Token: $OS_TOKEN"'];
  return [`--header ${quoted(value === "" ? `${name};` : `${name}: ${value}`)}`];
}

/**
 * What stands before the command, and the options. A body that is not kept is to be put into a file.
 *
 * @param {Body | undefined} body
 * @returns {{ before: string, option: string[] }}
 */
function bodyOption(body) {
  if (!body) return { before: "", option: [] };
  const text = body.json === undefined ? body.text : compact(body.json);
  if (text !== undefined && !text.includes("\0")) return { before: "", option: [`--data-raw ${quoted(text)}`] };
  const encoded = body.base64 ?? (text === undefined ? undefined : base64(text));
  if (encoded === undefined) return { before: "", option: ["--data-binary @body.bin"] };
  return { before: `printf %s ${quoted(encoded)} | base64 -d | `, option: ["--data-binary @-"] };
}

/**
 * @param {string} text
 * @returns {string}
 */
function base64(text) {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * A text as one word of the shell, on one line and with nothing in it that would steer a terminal.
 *
 * In $'…' quotes and backslashes are written as numbers, so that a shell that does not know this form
 * sees the same end of the word.
 *
 * @param {string} text
 * @returns {string}
 */
export function quoted(text) {
  if (!/[^\P{C}]|[\u2028\u2029]/u.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[^\P{C}]|[\u2028\u2029'\\!]/gu, (character) =>
    Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join(""));
  return `$'${escaped}'`;
}
