// Keys and clicks, and the start.

import { byId, el } from "./dom.js";
import { run, runs, state } from "./runs.js";
import { ROW } from "./diagram.js";
import { drawList, drawWindow, rows, scroller, select, toggleZoom } from "./list.js";
import { chooseTheme, nextDeviation, recall, refresh, remember, showRun, showTheme, storedTheme, wireSplitter } from "./page.js";

const help = byId("help");

/** @type {Record<string, () => void>} */
const MOVES = {
  ArrowDown: () => select(state.selected + 1),
  ArrowUp: () => select(Math.max(0, state.selected - 1)),
  PageDown: () => select(state.selected + onePage()),
  PageUp: () => select(Math.max(0, state.selected - onePage())),
  Home: () => select(0),
  End: () => select(state.shown.length - 1),
};

/** @type {Record<string, () => void>} */
const LETTERS = {
  j: MOVES.ArrowDown,
  k: MOVES.ArrowUp,
  n: () => nextDeviation(1),
  p: () => nextDeviation(-1),
  d: toggleDeviating,
  t: chooseTheme,
  w: toggleZoom,
  "[": () => anotherRun(-1),
  "]": () => anotherRun(1),
  "/": () => byId("search").select(),
  "?": () => help.showModal(),
};

const onePage = () => Math.max(1, Math.floor(scroller.clientHeight / ROW) - 2);

function toggleDeviating() {
  if (run().deviating.length === 0) return;
  state.deviating = !state.deviating;
  refresh();
}

/** @param {number} way */
function anotherRun(way) {
  const next = state.run + way;
  if (next in runs) showRun(next);
  remember();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || help.open) return;
  if (event.key === "Escape") return stepBack(event);
  const target = event.target instanceof Element ? event.target : document.body;
  const typing = target.matches("input, select, textarea");
  if (target === byId("search") && ["Enter", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    rows.focus();
    if (state.selected < 0) select(0);
  } else if (!typing && event.key in LETTERS) {
    event.preventDefault();
    LETTERS[event.key]();
  } else if (!typing && event.key in MOVES && !byId("details").contains(target)) {
    event.preventDefault();
    MOVES[event.key]();
  } else if (target === rows && event.key === "Enter") {
    event.preventDefault();
    byId("details").focus();
  }
});

/**
 * One step back: from the details to the list, from the search to all messages, from a message to the run.
 *
 * @param {KeyboardEvent} event
 */
function stepBack(event) {
  event.preventDefault();
  if (event.target instanceof Node && byId("details").contains(event.target)) return rows.focus();
  if (state.query !== "" || state.deviating) {
    state.query = byId("search").value = "";
    state.deviating = false;
    refresh();
  } else if (event.target !== byId("search")) select(-1);
  rows.focus();
}

let searching = 0;
byId("search").addEventListener("input", () => {
  cancelAnimationFrame(searching);
  searching = requestAnimationFrame(() => {
    state.query = byId("search").value;
    refresh();
  });
});

byId("switcher").append(...runs.map(({ name }, index) => el("option", { value: String(index), text: name })));
byId("switcher").addEventListener("change", () => {
  showRun(Number(byId("switcher").value));
  remember();
});
byId("switcher").hidden = runs.length < 2;
byId("only").addEventListener("click", toggleDeviating);
byId("axis").addEventListener("click", toggleZoom);
byId("theme").addEventListener("click", chooseTheme);
byId("helper").addEventListener("click", () => help.showModal());
byId("close").addEventListener("click", () => help.close());
scroller.addEventListener("scroll", () => requestAnimationFrame(drawWindow), { passive: true });
new ResizeObserver(() => drawList()).observe(scroller);
window.addEventListener("hashchange", recall);
showTheme(storedTheme());
wireSplitter();
if (runs.length > 0) recall();
