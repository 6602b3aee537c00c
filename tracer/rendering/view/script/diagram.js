// The sequence diagram, drawn row by row beside the list: each message is an arrow between two life lines.

import { fitting } from "./texts.js";
import { joined, spansIn } from "./spans.js";
import { byId, el, svg } from "./dom.js";
import { deviates, ends, exchangeOf, isResponse, run, statusClass } from "./runs.js";
import { scroller } from "./list.js";
/** @import { Span } from "./types" */
export const ROW = 36;
const BESIDE = 400;
/** The distance of two life lines that have room enough: usual names fit side by side above them. */
const GAP = 118;
/** The least distance of two names side by side. */
const APART = 6;
/** A list that is narrower than this (pixels), as on a telephone, has narrow lanes and no times. */
const TINY = 520;
export const lanes = { width: 0, gap: 0, edge: 0 };

/**
 * Lay the life lines out in about this much room (pixels), with a name above each.
 *
 * @param {number} room
 */
export function layLanes(room) {
  const gaps = Math.max(0, run().participants.length - 1);
  const tiny = room < TINY;
  lanes.edge = tiny ? 24 : 60;
  const wanted = Math.max(tiny ? 0 : 260, Math.min(room * 0.42, 2 * lanes.edge + gaps * GAP));
  lanes.gap = gaps === 0 ? 0 : Math.max(36, Math.min(GAP, (wanted - 2 * lanes.edge) / gaps));
  lanes.width = Math.ceil(2 * lanes.edge + Math.max(lanes.gap * gaps, 60));
  byId("messages").style.setProperty("--lanes", `${lanes.width}px`);
  scroller.classList.toggle("narrow", room < lanes.width + BESIDE);
  scroller.classList.toggle("tiny", tiny);
  nameLanes();
}

/** Write a name above each life line: side by side if the names have room, else aslant. */
function nameLanes() {
  const names = run().participants.map(([, label], place) => {
    const name = el("span", { class: "participant", text: label });
    name.style.left = `${laneOf(place)}px`;
    return name;
  });
  scroller.classList.remove("slanted");
  byId("participants").replaceChildren(...names);
  const widths = names.map(({ offsetWidth }) => offsetWidth);
  scroller.classList.toggle("slanted", !haveRoom(widths));
  scroller.style.setProperty("--width", `${Math.max(0, ...widths)}px`);
  scroller.style.setProperty("--height", `${Math.max(0, ...names.map(({ offsetHeight }) => offsetHeight))}px`);
}

/**
 * Whether names of these widths (pixels) have room side by side, each in the middle above its life line.
 *
 * @param {number[]} widths
 * @returns {boolean}
 */
function haveRoom(widths) {
  const beyond = Math.max(widths[0], widths.at(-1) ?? 0) / 2 - lanes.edge;
  return beyond < APART && widths.every((width, place) => place === 0 || (widths[place - 1] + width) / 2 + APART <= lanes.gap);
}

/** @type {(place: number) => number} */
const laneOf = (place) => lanes.edge + place * lanes.gap;

/**
 * For each participant the spans of rows [first, last] in which it is working on a request.
 *
 * @param {number[]} messages
 * @returns {Span[][]}
 */
export function busySpans(messages) {
  /** @type {Span[][]} */
  const spans = run().participants.map(() => []);
  const since = new Map();
  messages.forEach((message, row) => {
    const exchange = exchangeOf(message);
    if (!isResponse(message)) since.set(message >> 1, row);
    else if (exchange.to !== exchange.from) spans[exchange.to].push([since.get(message >> 1) ?? row, row]);
  });
  return spans.map(joined);
}

/**
 * The life lines of the rows from `first` to before `end`, and where participants are at work.
 *
 * @param {number} first
 * @param {number} end
 * @param {Span[][]} busy
 * @returns {SVGElement[]}
 */
export function lifelines(first, end, busy) {
  const height = (end - first) * ROW;
  /** @type {SVGElement[]} */
  const parts = [];
  run().participants.forEach((_, place) => {
    const x = laneOf(place);
    parts.push(svg("line", { class: "life", x1: x, x2: x, y1: 0, y2: height }));
    for (const [from, to] of spansIn(busy[place], first, end)) {
      const y = Math.max((from - first + 0.62) * ROW, -10);
      const bottom = Math.min((to - first + 0.62) * ROW, height + 10);
      parts.push(svg("rect", { class: "busy", x: x - 4, y, width: 8, height: Math.max(bottom - y, 4), rx: 2 }));
    }
  });
  return parts;
}

/**
 * The arrow of a message in row `row` of those that are drawn; a click on it chooses the message.
 *
 * @param {number} message
 * @param {number} row
 * @param {() => void} choose
 * @returns {SVGElement}
 */
export function arrow(message, row, choose) {
  const [from, to] = ends(message).map(laneOf);
  const exchange = exchangeOf(message);
  const y = (row + 0.62) * ROW;
  const kind = !isResponse(message) ? "request" : exchange.status === undefined ? "none" : "response";
  const group = svg("g", {
    class: `arrow ${kind} ${isResponse(message) ? statusClass(exchange) : ""} ${deviates(exchange) ? "deviates" : ""}`,
    "data-message": message,
    onclick: choose,
  });
  const left = Math.min(from, to);
  const right = from === to ? from + 40 : Math.max(from, to);
  group.append(svg("rect", { class: "target", x: left, y: row * ROW + 2, width: right - left, height: ROW - 4 }));
  group.append(...(from === to ? loop(from, y) : straight(from, to, y, kind)));
  const label = isResponse(message) ? String(exchange.status ?? "✕") : exchange.method;
  group.append(svg("text", { x: (left + right) / 2 + (from === to ? 16 : 0), y: y - 6, text: fitting(label, right - left) }));
  return group;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} y
 * @param {string} kind
 * @returns {SVGElement[]}
 */
function straight(from, to, y, kind) {
  const way = Math.sign(to - from);
  const [start, tip] = [from + 4 * way, to - 5 * way];
  return [svg("line", { class: "shaft", x1: start, x2: tip - (kind === "request" ? 6 : 1) * way, y1: y, y2: y }), head(tip, y, way, kind)];
}

/**
 * @param {number} x
 * @param {number} y
 * @returns {SVGElement[]}
 */
function loop(x, y) {
  return [
    svg("path", { class: "shaft", d: `M${x + 5} ${y - 9} h24 v9 h-18` }),
    head(x + 6, y, -1, "request"),
  ];
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} way
 * @param {string} kind
 * @returns {SVGElement}
 */
export function head(x, y, way, kind) {
  const back = x - 8 * way;
  if (kind === "request") return svg("path", { class: "head full", d: `M${x} ${y} L${back} ${y - 4.5} V${y + 4.5} Z` });
  if (kind === "none") return svg("path", { class: "head", d: `M${x} ${y - 5} l${-10 * way} 10 M${x} ${y + 5} l${-10 * way} -10` });
  return svg("path", { class: "head", d: `M${back} ${y - 4.5} L${x} ${y} L${back} ${y + 4.5}` });
}
