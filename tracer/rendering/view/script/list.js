// The list of messages: as many rows as there is room for, however many messages there are.

import { byId, duration, el, t } from "./dom.js";
import { deviates, ends, exchangeOf, headline, isResponse, numberOf, operationOf, participant, run, state, statusClass, stepOf } from "./runs.js";
import { markFound } from "./search.js";
import { ROW, arrow, busySpans, lanes, lifelines, layLanes } from "./diagram.js";
import { showDetails } from "./message.js";
import { remember } from "./page.js";
/** @import { Child, Span } from "./types" */
const AROUND = 12;
export const rows = byId("rows");
export const scroller = byId("messages");
/** @type {Map<number, HTMLElement>} */
const live = new Map();
/** @type {Span[][]} */
let busy = [];
let drawn = [0, 0];
const scale = { from: 0, to: 0 };

/** Draw the list anew: another run, another search, another width. */
export function drawList() {
  layLanes(scroller.clientWidth);
  busy = busySpans(state.shown);
  byId("sizer").style.height = `${state.shown.length * ROW}px`;
  byId("nothing").hidden = state.shown.length > 0;
  byId("nothing").textContent = run().order.length === 0 ? t("no-messages") : t("nothing-found");
  rows.setAttribute("aria-label", t("list", { count: state.shown.length }));
  byId("diagram").setAttribute("aria-label", t("diagram", { names: run().participants.map(([, label]) => label).join(", ") }));
  drawRuler();
  for (const row of live.values()) row.remove();
  live.clear();
  drawn = [0, 0];
  drawWindow();
}

/** Draw the rows that are in view, and a few around them. */
export function drawWindow() {
  const top = Math.max(0, scroller.scrollTop);
  const first = Math.max(0, Math.floor(top / ROW) - AROUND);
  const end = Math.min(state.shown.length, Math.ceil((top + scroller.clientHeight) / ROW) + AROUND);
  if (first === drawn[0] && end === drawn[1] && live.size > 0) return;
  drawn = [first, end];
  measure(first, end);
  for (const [place, row] of live) {
    if (place >= first && place < end) continue;
    row.remove();
    live.delete(place);
  }
  const arrows = [];
  /** @type {HTMLElement | null} */
  let before = null;
  for (let place = end - 1; place >= first; place -= 1) {
    let row = live.get(place);
    if (row === undefined) {
      row = rowOf(place);
      live.set(place, row);
      rows.insertBefore(row, before);
    }
    before = row;
    arrows.unshift(arrow(state.shown[place], place - first, () => select(place)));
  }
  const picture = byId("diagram");
  picture.setAttribute("width", String(lanes.width));
  picture.setAttribute("height", String((end - first) * ROW));
  picture.style.top = `${first * ROW}px`;
  picture.replaceChildren(...lifelines(first, end, busy), ...arrows);
  showSelection();
  markFound(rows, byId("details"));
}

/**
 * @param {number} place
 * @returns {HTMLElement}
 */
function rowOf(place) {
  const message = state.shown[place];
  const exchange = exchangeOf(message);
  const [first, rest] = headline(message);
  const step = stepOf(message);
  const answer = isResponse(message);
  const name = answer ? undefined : operationOf(message)?.name;
  const row = el("div", {
    class: `row ${answer ? "response" : "request"} ${deviates(exchange) ? "deviates" : ""} ${name ? "named" : ""}`,
    id: `row-${place}`,
    role: "option",
    "aria-selected": "false",
    "aria-posinset": place + 1,
    "aria-setsize": state.shown.length,
    "aria-label": spoken(message),
    onclick: () => select(place),
  },
    el("span", { class: "number", text: String(numberOf(message)) }),
    el("span", { class: "step", text: step === undefined ? "" : String(step), title: step === undefined ? "" : t("step-n", { step: String(step) }) }),
    el("span", { class: "lane" }),
    el("span", { class: "said", title: `${first} ${rest}${name ? ` · ${name}` : ""}` },
      el("b", { class: answer ? statusClass(exchange) : "method", text: first }),
      el("span", { class: "what" }, el("span", { class: "rest" }, ...(answer ? [rest] : pathParts(rest))), ...(name ? [" ", el("span", { class: "operation", text: name })] : [])),
      answer ? verdictChip(exchange.verdict) : null),
    el("span", { class: "fall" }, bar(message)),
    el("span", { class: "time", text: timeOf(message) }));
  row.style.top = `${place * ROW}px`;
  return row;
}

/**
 * A path that can go on in a second line, before a slash or a parameter.
 *
 * @param {string} path
 * @returns {Child[]}
 */
function pathParts(path) {
  return path.split(/(?=[/?&])/).flatMap((part, place) => (place === 0 ? [part] : [el("wbr"), part]));
}

/**
 * A row as it is read out: the diagram's part of it is in words here.
 *
 * @param {number} message
 * @returns {string}
 */
function spoken(message) {
  const [sender, receiver] = ends(message);
  const exchange = exchangeOf(message);
  return t("spoken", {
    number: String(numberOf(message)),
    said: [...headline(message), isResponse(message) ? "" : operationOf(message)?.name ?? ""].join(" ").trimEnd(),
    sender: participant(sender),
    receiver: participant(receiver),
    verdict: exchange.verdict ? t(`verdict.${exchange.verdict}`) : "",
  });
}

/**
 * @param {string | undefined} verdict
 * @returns {HTMLElement | null}
 */
function verdictChip(verdict) {
  if (!verdict || verdict === "documented") return null;
  return el("span", { class: `chip v-${verdict}`, text: t(`verdict.${verdict}`) });
}

/**
 * @param {number} message
 * @returns {string}
 */
function timeOf(message) {
  const { started, ended } = exchangeOf(message);
  if (!isResponse(message)) return started === undefined ? "" : duration(started);
  return started === undefined || ended === undefined ? "" : `+${duration(ended - started)}`;
}

/**
 * The waterfall: a request's bar lasts until its response, where a dot stands.
 *
 * @param {number} message
 * @returns {HTMLElement | null}
 */
function bar(message) {
  const { started, ended } = exchangeOf(message);
  const length = scale.to - scale.from;
  if (started === undefined || !(length > 0)) return null;
  const left = (100 * (started - scale.from)) / length;
  const right = ended === undefined ? 100 : (100 * (ended - scale.from)) / length;
  const exchange = exchangeOf(message);
  const made = el("i", { class: `${isResponse(message) ? "dot" : "bar"} ${statusClass(exchange)} ${deviates(exchange) ? "deviates" : ""}` });
  if (isResponse(message)) {
    if (ended === undefined) return null;
    made.style.left = `${right}%`;
  } else {
    made.style.left = `${left}%`;
    made.style.width = `${Math.max(0, right - left)}%`;
  }
  return made;
}

/**
 * The time that the waterfall spans: that of the run or, zoomed, of the rows from `first` to before `end`.
 *
 * @param {number} first
 * @param {number} end
 */
function measure(first, end) {
  const { from, to } = scale;
  Object.assign(scale, { from: run().from, to: run().to });
  if (state.zoomed) {
    const inView = state.shown.slice(first, end).map(exchangeOf);
    const times = inView.flatMap(({ started, ended }) => [started, ended]).filter((time) => time !== undefined);
    if (times.length > 0) Object.assign(scale, { from: Math.min(...times), to: Math.max(...times) });
  }
  const length = scale.to - scale.from;
  const marks = !(length > 0) ? [0] : byId("axis").clientWidth < 130 ? [0, 1] : [0, 0.5, 1];
  byId("axis").replaceChildren(...marks.map((part) => el("span", { text: duration(scale.from + length * part) })));
  if (from === scale.from && to === scale.to) return;
  for (const [place, row] of live) row.querySelector(".fall")?.replaceChildren(...[bar(state.shown[place])].filter((mark) => mark !== null));
}

export function toggleZoom() {
  state.zoomed = !state.zoomed;
  drawn = [0, 0];
  drawWindow();
}

/** Where in the list deviations are, at its right edge. */
function drawRuler() {
  const ruler = byId("ruler");
  const head = byId("columns").offsetHeight;
  const height = scroller.clientHeight - head;
  ruler.style.top = `${head}px`;
  ruler.style.right = `${scroller.offsetWidth - scroller.clientWidth}px`;
  if (state.shown.length * ROW <= height) return ruler.replaceChildren();
  const places = new Set();
  state.shown.forEach((message, place) => {
    if (deviates(exchangeOf(message))) places.add(Math.round((place / state.shown.length) * height));
  });
  ruler.replaceChildren(...[...places].map((top) => {
    const mark = el("i");
    mark.style.top = `${top}px`;
    return mark;
  }));
}

/**
 * Choose the message in a row of the list (-1: none), and show what it says.
 *
 * @param {number} place
 * @param {{ scroll?: boolean, quietly?: boolean }} [options]
 */
export function select(place, { scroll = true, quietly = false } = {}) {
  state.selected = Math.max(-1, Math.min(place, state.shown.length - 1));
  if (scroll && state.selected >= 0) intoView(state.selected);
  drawWindow();
  showSelection();
  showDetails();
  if (!quietly) remember();
}

/** @param {number} place */
export function intoView(place) {
  const top = place * ROW;
  const room = scroller.clientHeight - byId("columns").offsetHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + ROW > scroller.scrollTop + room) scroller.scrollTop = top + ROW - room;
}

/**
 * In the middle of the view, for a jump to a message from elsewhere.
 *
 * @param {number} message
 */
export function reveal(message) {
  const place = state.shown.indexOf(message);
  if (place < 0) return;
  const room = scroller.clientHeight - byId("columns").offsetHeight;
  if (place * ROW < scroller.scrollTop || (place + 1) * ROW > scroller.scrollTop + room) scroller.scrollTop = place * ROW - room / 2;
  select(place);
}

function showSelection() {
  for (const [place, row] of live) row.setAttribute("aria-selected", String(place === state.selected));
  const chosen = state.shown[state.selected];
  for (const group of /** @type {NodeListOf<SVGElement>} */ (byId("diagram").querySelectorAll(".arrow"))) {
    group.classList.toggle("selected", Number(group.dataset.message) === chosen);
  }
  if (live.has(state.selected)) rows.setAttribute("aria-activedescendant", `row-${state.selected}`);
  else rows.removeAttribute("aria-activedescendant");
}
