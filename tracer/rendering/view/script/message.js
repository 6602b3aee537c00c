// What one message says: headers and body, and where it stands in the run.

import { shown } from "./texts.js";
import { headersOf } from "./query.js";
import { cloudOrigins } from "./token.js";
import { curl } from "./curl.js";
import { byId, copy, duration, el, t } from "./dom.js";
import { contents, ends, exchangeOf, headline, isResponse, numberOf, operationOf, participant, run, state, stepOf, withContents } from "./runs.js";
import { pseudonyms } from "./json.js";
import { markFound } from "./search.js";
import { reveal, rows } from "./list.js";
import { overview } from "./overview.js";
import { bodySection, copyTool, section, table, tool } from "./parts.js";
/** @import { Child, Exchange, Request, Response } from "./types" */
/** @type {string | null} */
let detailed = null;

/** Fill the pane on the right: with the chosen message, or with the run where none is chosen. */
export function showDetails() {
  const pane = byId("details");
  const message = state.shown[state.selected];
  const key = message === undefined ? `run ${state.run}` : `message ${state.run} ${message}`;
  if (key !== detailed) {
    const focused = document.activeElement;
    const withinTabs = focused !== null && pane.contains(focused) && focused.role === "tab";
    detailed = key;
    pane.scrollTop = 0;
    if (message === undefined) pane.replaceChildren(...overview());
    else withContents(() => key === detailed && pane.replaceChildren(...messageParts(message)));
    if (withinTabs) /** @type {HTMLElement | null} */ (pane.querySelector("[role=tab][aria-selected=true]"))?.focus();
  }
  markFound(rows, pane);
}

/**
 * @param {number} message
 * @returns {HTMLElement[]}
 */
function messageParts(message) {
  const exchange = exchangeOf(message);
  const [request, response] = (contents() ?? [])[message >> 1];
  const said = exchange.said === undefined ? undefined : run().descriptions[exchange.said];
  return [
    el("div", { class: "about" },
      el("p", { class: "route" }, ...route(message)),
      el("h2", { text: shown(headline(message).join(" ")) }),
      el("p", { class: "chips" }, ...facts(message)),
      operation(message),
      exchange.why ? el("p", { class: "why", text: exchange.why }) : null,
      exchange.redaction ? el("p", { class: "why", text: t("redaction-failed") }) : null,
      said ? el("p", { class: "doc" }, said[isResponse(message) ? "response" : "request"] ?? said.summary ?? "", " ",
        said.reference && said.reference !== operationOf(message)?.url ? el("a", { href: said.reference, rel: "noreferrer noopener", target: "_blank", text: t("reference") }) : null) : null),
    tabs(message),
    el("div", { role: "tabpanel", id: "panel", "aria-labelledby": isResponse(message) ? "tab-response" : "tab-request" },
      ...(isResponse(message) ? responsePanel(exchange, request.url, response) : requestPanel(request))),
  ];
}

/**
 * The name of the operation, as a link to the API reference, and its id.
 *
 * @param {number} message
 * @returns {Child}
 */
function operation(message) {
  const found = operationOf(message);
  if (found === undefined) return null;
  const { id, name, url } = found;
  return el("p", { class: "operation" },
    el("span", { class: "fact", text: t("operation") }), " ",
    url ? el("a", { href: url, rel: "noreferrer noopener", target: "_blank", text: name }) : el("b", { text: name }), " ",
    name === id ? null : el("code", { text: id }));
}

/**
 * @param {number} message
 * @returns {Child[]}
 */
function route(message) {
  const [sender, receiver] = ends(message);
  return [el("span", { class: "big-number", text: String(numberOf(message)) }), participant(sender), el("span", { class: "to", "aria-hidden": "true", text: " → " }), participant(receiver)];
}

/**
 * @param {number} message
 * @returns {Child[]}
 */
export function facts(message) {
  const exchange = exchangeOf(message);
  const step = stepOf(message);
  const { started, ended } = exchange;
  return [
    exchange.verdict ? el("span", { class: `chip v-${exchange.verdict}`, text: t(`verdict.${exchange.verdict}`), title: t(`verdict.${exchange.verdict}.means`) }) : null,
    step === undefined ? null : el("span", { class: "chip", text: t("step-n", { step: String(step) }) }),
    started === undefined ? null : el("span", { class: "fact", text: t("at", { time: duration(started) }) }),
    started === undefined || ended === undefined ? null : el("span", { class: "fact", text: t("took", { time: duration(ended - started) }) }),
  ];
}

/**
 * Request and response of the exchange: to change the tab is to choose the other message.
 *
 * @param {number} message
 * @returns {HTMLElement}
 */
function tabs(message) {
  const both = [message & ~1, message | 1];
  const made = el("div", { role: "tablist", class: "tabs", "aria-label": t("exchange") }, ...both.map((each) => {
    const name = isResponse(each) ? "response" : "request";
    const chosen = each === message;
    return el("button", {
      role: "tab", type: "button", id: `tab-${name}`, "aria-selected": String(chosen), "aria-controls": chosen ? "panel" : null,
      tabIndex: chosen ? 0 : -1, text: `${t(name)} (${numberOf(each)})`, onclick: () => reveal(each),
    });
  }));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    reveal(message ^ 1);
  });
  return made;
}

/**
 * @param {Request} request
 * @returns {HTMLElement[]}
 */
function requestPanel(request) {
  const headers = headersOf(request);
  const title = `${request.method} ${request.url} ${request.http ?? ""}`;
  return [
    el("div", { class: "url" }, el("code", {}, ...pseudonyms(title.trim())),
      tool(t("curl"), (button) => copy(curl(request, cloudOrigins(run().url, contents() ?? [])), button), { id: "curl", title: t("curl-means") })),
    headerSection(headers),
    bodySection(request.body),
  ];
}

/**
 * @param {Exchange} exchange
 * @param {string} url
 * @param {Response | null} response
 * @returns {HTMLElement[]}
 */
function responsePanel(exchange, url, response) {
  if (!response) return [el("p", { class: "why", text: t("no-response", { reason: exchange.reason ?? "" }) })];
  const title = `${response.status} ${response.reason ?? ""} ${url}`;
  return [
    el("div", { class: "url" }, el("code", {}, ...pseudonyms(title))),
    headerSection(headersOf(response)),
    bodySection(response.body),
  ];
}

/**
 * @param {[string, string][]} headers
 * @returns {HTMLElement}
 */
function headerSection(headers) {
  if (headers.length === 0) return section(t("headers"), [], el("p", { class: "hint", text: t("no-headers") }));
  const lines = () => headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return section(t("headers"), [el("span", { class: "facts", text: String(headers.length) }), copyTool(t("copy-headers"), lines)], table(headers, t("headers")));
}
