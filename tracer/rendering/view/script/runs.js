// The recordings of this page, and which message of which one is being looked at.

import { byId, t } from "./dom.js";
/** @import { Contents, Exchange, Operation, Run } from "./types" */
/** @type {Run[]} */
export const runs = JSON.parse(byId("summaries").textContent);
const DEVIATIONS = new Set(["unexpected", "wrong-status"]);

/**
 * `indexed`: whether the index is shown instead of a recording. `shown`: the messages (see `order`) that the list has; `selected`: which of them, by its place; -1 for none.
 *
 * @type {{ run: number, indexed: boolean, shown: number[], selected: number, query: string, deviating: boolean, zoomed: boolean }}
 */
export const state = { run: 0, indexed: false, shown: [], selected: -1, query: "", deviating: false, zoomed: false };

/** @type {() => Run} */
export const run = () => runs[state.run];
/** @type {(message: number) => Exchange} */
export const exchangeOf = (message) => run().exchanges[message >> 1];
/** @type {(message: number) => boolean} */
export const isResponse = (message) => (message & 1) === 1;
/** @type {(exchange: Exchange) => boolean} */
export const deviates = (exchange) => DEVIATIONS.has(exchange.verdict ?? "") || Boolean(exchange.why);
/** @type {(message: number) => number} */
export const numberOf = (message) => run().numbers[message];

for (const each of runs) {
  each.numbers = [];
  each.order.forEach((message, place) => {
    each.numbers[message] = place + 1;
  });
  const times = each.exchanges.flatMap(({ started, ended }) => [started, ended]).filter((time) => time !== undefined);
  each.from = times.reduce((a, b) => Math.min(a, b), 0);
  each.to = times.reduce((a, b) => Math.max(a, b), each.from);
  each.deviating = each.exchanges.flatMap((exchange, index) => (deviates(exchange) ? [index] : []));
}

/**
 * The step of the sequence that a message is; undefined where it is none.
 *
 * @param {number} message
 * @returns {number | string | undefined}
 */
export function stepOf(message) {
  return exchangeOf(message).steps?.[message & 1];
}

/**
 * What is written at a message: a request's method and path, a response's status and reason.
 *
 * @param {number} message
 * @returns {string[]}
 */
export function headline(message) {
  const exchange = exchangeOf(message);
  if (!isResponse(message)) return [exchange.method, exchange.path ?? ""];
  if (exchange.status === undefined) return ["✕", t("no-response", { reason: exchange.reason ?? "" })];
  return [String(exchange.status), exchange.reason ?? ""];
}

/**
 * The operation of the API reference that a message belongs to; undefined where it is not known.
 *
 * @param {number} message
 * @returns {Operation | undefined}
 */
export function operationOf(message) {
  const { operation } = exchangeOf(message);
  return operation === undefined ? undefined : run().operations[operation];
}

/** @type {(place: number) => string} */
export const participant = (place) => run().participants[place][1];

/**
 * [sender, receiver] of a message, as places among the participants.
 *
 * @param {number} message
 * @returns {[number, number]}
 */
export function ends(message) {
  const { from, to } = exchangeOf(message);
  return isResponse(message) ? [to, from] : [from, to];
}

/**
 * Colours go by this: the class of a status.
 *
 * @param {Exchange} exchange
 * @returns {string}
 */
export function statusClass(exchange) {
  return exchange.status === undefined ? "s-none" : `s-${Math.floor(exchange.status / 100)}`;
}

/** @type {Map<number, Contents[]>} */
const contentsRead = new Map();

/**
 * Headers and bodies of a run's exchanges, as [request, response]; null while they are still being loaded.
 *
 * @param {number} [index]
 * @returns {Contents[] | null}
 */
export function contents(index = state.run) {
  if (!contentsRead.has(index)) {
    const block = byId(`contents-${index}`);
    if (block === null || (document.readyState === "loading" && block.nextElementSibling === null)) return null;
    contentsRead.set(index, JSON.parse(block.textContent));
    block.remove();
  }
  return contentsRead.get(index) ?? null;
}

/**
 * Do something with the contents as soon as they are there.
 *
 * @param {(all: Contents[]) => void} use
 */
export function withContents(use) {
  const all = contents();
  if (all !== null) use(all);
  else document.addEventListener("DOMContentLoaded", () => use(contents() ?? []), { once: true });
}
