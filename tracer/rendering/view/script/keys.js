// Keys and clicks, and the start.

import { byId, el } from "./dom.js";
import { run, runs, state } from "./runs.js";
import { ROW } from "./diagram.js";
import { moveInIndex } from "./index.js";
import { drawList, drawWindow, rows, scroller, select, toggleZoom } from "./list.js";
import { chooseTheme, nextDeviation, recall, refresh, remember, showRun, showTheme, storedTheme, toggleIndex, wireSplitter } from "./page.js";

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
  i: toggleIndex,
};

/** @type {Record<string, () => void>} */
const INDEX_MOVES = {
  ArrowDown: () => moveInIndex(1, 0),
  ArrowUp: () => moveInIndex(-1, 0),
  ArrowRight: () => moveInIndex(0, 1),
  ArrowLeft: () => moveInIndex(0, -1),
  j: () => moveInIndex(1, 0),
  k: () => moveInIndex(-1, 0),
};

/** The letters that have no effect in the index. */
const OF_A_RUN = new Set("npdw[]");

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
  if (state.indexed) return inIndex(event, target, typing);
  if (target === byId("search") && ["Enter", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    applySearch();
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
 * @param {KeyboardEvent} event
 * @param {Element} target
 * @param {boolean} typing
 */
function inIndex(event, target, typing) {
  const leaving = target === byId("search") && ["Enter", "ArrowDown"].includes(event.key);
  if (leaving) applySearch();
  const action = leaving ? INDEX_MOVES.ArrowDown : typing ? undefined : (INDEX_MOVES[event.key] ?? (OF_A_RUN.has(event.key) ? undefined : LETTERS[event.key]));
  if (action === undefined) return;
  event.preventDefault();
  action();
}

/**
 * One step back: from the details to the list, from the search to all messages, from a message to
 * the run, from the run to the index.
 *
 * @param {KeyboardEvent} event
 */
function stepBack(event) {
  event.preventDefault();
  if (state.indexed) {
    byId("search").value = state.query = "";
    return refresh();
  }
  if (event.target instanceof Node && byId("details").contains(event.target)) return rows.focus();
  // The last letters may wait for an animation frame.
  if (byId("search").value !== "" || state.deviating) {
    state.query = byId("search").value = "";
    state.deviating = false;
    refresh();
  } else if (event.target !== byId("search")) {
    if (state.selected < 0 && runs.length > 1) return toggleIndex();
    select(-1);
  }
  rows.focus();
}

let searching = 0;
byId("search").addEventListener("input", () => {
  cancelAnimationFrame(searching);
  searching = requestAnimationFrame(applySearch);
});

/** Search for the text of the search field now, not only in the next animation frame. */
function applySearch() {
  cancelAnimationFrame(searching);
  if (state.query === byId("search").value) return;
  state.query = byId("search").value;
  refresh();
}

byId("switcher").append(...runs.map(({ name }, index) => el("option", { value: String(index), text: name })));
byId("switcher").addEventListener("change", () => {
  showRun(Number(byId("switcher").value));
  remember();
});
byId("indexer").hidden = runs.length < 2;
byId("indexer").addEventListener("click", toggleIndex);
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
