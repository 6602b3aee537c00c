// A query, and the places of an exchange that it searches.

/** @import { Contents, Exchange, Operation, Place, Request, Response, Word } from "./types" */

/** @type {Place[]} */
const PLACES = ["method", "path", "operation", "status", "header", "body", "verdict"];

/**
 * Split a query into words in small letters. "Two words" in quotes are a single word.
 *
 * @param {string} query
 * @returns {Word[]}
 */
export function words(query) {
  return [...query.toLowerCase().matchAll(/(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g)]
    .map(([whole, name, quoted, plain]) => {
      const place = PLACES.find((candidate) => candidate === name) ?? null;
      /** @type {Word} */
      const word = name === undefined || place !== null ? [place, quoted ?? plain] : [null, whole];
      return word;
    })
    .filter(([, word]) => word !== "");
}

/**
 * Tell whether an exchange has a word. Statuses and methods begin with it; other texts contain it.
 *
 * @param {Record<Place, string>} hay
 * @param {Word} word
 * @returns {boolean}
 */
export function isThere(hay, [place, word]) {
  if (place === "status" || place === "method") return hay[place].startsWith(word);
  return place === null ? PLACES.some((each) => hay[each].includes(word)) : hay[place].includes(word);
}

/**
 * Return the texts of an exchange that a query searches, in small letters.
 *
 * @param {Exchange} exchange
 * @param {Contents} contents
 * @param {Operation} [operation]
 * @returns {Record<Place, string>}
 */
export function places(exchange, [request, response], operation) {
  const texts = {
    method: exchange.method,
    path: `${exchange.path ?? ""}\n${request.url}`,
    operation: operation === undefined ? "" : `${operation.name}\n${operation.id}`,
    status: `${exchange.status ?? ""} ${exchange.reason ?? ""}`,
    header: headerLines(request) + headerLines(response),
    body: bodyText(request) + bodyText(response),
    verdict: exchange.verdict ?? "",
  };
  for (const place of PLACES) texts[place] = texts[place].toLowerCase();
  return texts;
}

/**
 * @param {Request | Response | null} message
 * @returns {string}
 */
function headerLines(message) {
  return headersOf(message).map(([name, value]) => `${name}: ${value}\n`).join("");
}

/**
 * Return the header fields in the order sent. A repeated field comes more than once.
 *
 * @param {Request | Response | null} message
 * @returns {[string, string][]}
 */
export function headersOf(message) {
  return Object.entries(message?.headers ?? {}).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
}

/**
 * @param {Request | Response | null} message
 * @returns {string}
 */
function bodyText(message) {
  return `${message?.body?.json ?? message?.body?.text ?? ""}\n`;
}
