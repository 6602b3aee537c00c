// The page around list and details: which recording, which search, which theme, how wide.

import { byId, t } from "./dom.js";
import { deviates, exchangeOf, isResponse, numberOf, run, runs, state } from "./runs.js";
import { filtered } from "./search.js";
import { drawList, intoView, reveal, scroller } from "./list.js";
import { showDetails } from "./message.js";
import { missingText, sizeLine, verdictPill } from "./overview.js";
import { drawIndex, FEW } from "./index.js";

const themes = ["auto", "light", "dark"];

/**
 * Show another recording, with nothing chosen and nothing searched for.
 *
 * @param {number} index
 */
export function showRun(index) {
  state.run = index;
  state.deviating = false;
  showPart(false);
  byId("switcher").value = String(index);
  byId("command").textContent = run().command ?? t("command-unknown");
  byId("command").title = run().command ?? "";
  byId("verdict").replaceChildren(verdictPill());
  byId("facts").textContent = [run().release, run().recorded.replace("T", " ").replace("Z", " UTC"), sizeLine()].filter(Boolean).join(" · ");
  byId("facts").title = byId("facts").textContent;
  byId("only").hidden = run().deviating.length === 0;
  byId("only").textContent = t("only", { count: run().deviating.length });
  byId("missing").hidden = run().missing.length === 0;
  byId("missing").textContent = run().missing.length === 0 ? "" : missingText();
  refresh(true);
}

/** Show the index of all recordings, with nothing searched for. */
export function showIndex() {
  showPart(true);
  byId("command").textContent = byId("command").title = t("index");
  drawIndex();
  byId("index").scrollTop = 0;
}

/**
 * Show the index, or list and details of a recording.
 *
 * @param {boolean} indexed
 */
function showPart(indexed) {
  state.indexed = indexed;
  state.query = byId("search").value = "";
  document.body.classList.toggle("indexed", indexed);
  byId("index").hidden = !indexed;
  byId("panes").hidden = indexed;
  byId("switcher").hidden = indexed || runs.length < 2;
  byId("indexer").setAttribute("aria-pressed", String(indexed));
  byId("search").placeholder = t(indexed ? "index.search-hint" : "search-hint");
  byId("found").textContent = "";
}

export function toggleIndex() {
  if (runs.length < 2) return;
  if (state.indexed) showRun(state.run);
  else showIndex();
  remember();
}

/**
 * Apply search and filter; the chosen message stays chosen where it is still there.
 *
 * @param {boolean} [fresh]
 */
export function refresh(fresh = false) {
  if (state.indexed) return drawIndex();
  const found = filtered();
  if (found === null) {
    document.addEventListener("DOMContentLoaded", () => refresh(), { once: true });
    return;
  }
  const chosen = state.shown[state.selected];
  state.shown = found;
  state.selected = fresh ? -1 : found.indexOf(chosen);
  byId("only").setAttribute("aria-pressed", String(state.deviating));
  byId("found").textContent = found === run().order ? "" : t("found", { count: found.length / 2, all: run().exchanges.length });
  if (state.selected < 0) scroller.scrollTop = 0;
  else intoView(state.selected);
  drawList();
  showDetails();
}

/**
 * Choose a message wherever it is: a search that hides it ends.
 *
 * @param {number} message
 */
export function reach(message) {
  if (!state.shown.includes(message)) {
    state.query = byId("search").value = "";
    state.deviating = false;
    refresh();
  }
  reveal(message);
}

/**
 * The next (1) or the last (-1) exchange that deviates, from the chosen message on.
 *
 * @param {number} way
 */
export function nextDeviation(way) {
  const places = state.shown.flatMap((message, place) => (!isResponse(message) && deviates(exchangeOf(message)) ? [place] : []));
  const from = state.selected;
  const found = way > 0 ? places.find((place) => place > from) ?? places[0] : places.findLast((place) => place < from) ?? places.at(-1);
  if (found !== undefined) reveal(state.shown[found]);
}

/** What is chosen stands in the address, so that it can be passed on: #index, or #recording/message, counted from 1. */
export function remember() {
  if (state.indexed) return history.replaceState(null, "", "#index");
  const message = state.shown[state.selected];
  const hash = message === undefined ? (runs.length > 1 ? `#${state.run + 1}` : " ") : `#${state.run + 1}/${numberOf(message)}`;
  history.replaceState(null, "", hash === " " ? location.pathname + location.search : hash);
}

export function recall() {
  const start = location.hash === "" && runs.length > FEW;
  if (runs.length > 1 && (start || location.hash === "#index")) return showIndex();
  const [, index, number] = /^#(\d+)(?:\/(\d+))?$/.exec(location.hash) ?? [];
  const wanted = Number(index ?? 1) - 1;
  showRun(wanted in runs ? wanted : 0);
  const message = run().order[Number(number) - 1];
  if (message !== undefined) reveal(message);
}

/** @param {string} theme */
export function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `◐ ${t(`theme.${theme}`)}`;
}

/** Only what was chosen is stored: a page loaded before an earlier choice has been written must not undo it. */
export function chooseTheme() {
  const theme = themes[(themes.indexOf(document.documentElement.dataset.theme ?? "") + 1) % themes.length];
  showTheme(theme);
  try {
    localStorage.setItem("tracer-theme", theme);
  } catch {
    // A page that may keep nothing forgets the choice.
  }
}

export function storedTheme() {
  try {
    const theme = localStorage.getItem("tracer-theme") ?? "";
    return themes.includes(theme) ? theme : "auto";
  } catch {
    return "auto";
  }
}

/** The border between list and details: dragged, or moved with the arrow keys. */
export function wireSplitter() {
  const splitter = byId("splitter");
  /** @type {(share: number) => void} */
  const setShare = (share) => {
    const kept = Math.round(Math.max(20, Math.min(70, share)));
    byId("panes").style.setProperty("--details", `${kept}%`);
    splitter.setAttribute("aria-valuenow", String(kept));
    drawList();
  };
  splitter.addEventListener("pointerdown", (event) => {
    splitter.setPointerCapture(event.pointerId);
    const box = byId("panes").getBoundingClientRect();
    const stacked = getComputedStyle(byId("panes")).flexDirection === "column";
    /** @type {(event: PointerEvent) => void} */
    const move = ({ clientX, clientY }) =>
      setShare(stacked ? (100 * (box.bottom - clientY)) / box.height : (100 * (box.right - clientX)) / box.width);
    splitter.addEventListener("pointermove", move);
    splitter.addEventListener("pointerup", () => splitter.removeEventListener("pointermove", move), { once: true });
  });
  splitter.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: 2, ArrowUp: 2, ArrowRight: -2, ArrowDown: -2 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setShare(Number(splitter.getAttribute("aria-valuenow")) + step);
  });
}
