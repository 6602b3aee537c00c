// The index of a page with several recordings: commands in rows, releases in columns.

import { words } from "./query.js";
import { byId, el, t } from "./dom.js";
import { runs, state } from "./runs.js";
/** @import { Child, Index, IndexRow, Run } from "./types" */

/** A page with more recordings than this begins with the index. */
export const FEW = 3;

/** @type {Record<string, string>} */
const SIGNS = { conforms: "✓", deviates: "✗", undetermined: "?" };

/** @type {Index} */
const index = JSON.parse(byId("index-data").textContent);

/** Draw the rows that have all words of the search. */
export function drawIndex() {
  const wanted = words(state.query).map(([, word]) => word);
  const kept = index.rows.filter((row) => wanted.every((word) => searched(row).includes(word)));
  byId("index").replaceChildren(
    el("p", { class: "hint", text: `${t("index.size", { count: runs.length })} ${t("index.legend")}` }),
    kept.length === 0 ? el("p", { class: "hint", text: t("index.nothing-found") }) : indexTable(kept));
}

/**
 * @param {IndexRow} row
 * @returns {string}
 */
function searched(row) {
  const verdicts = row.cells.flat().map((number) => verdictText(runs[number]));
  return [row.name, row.command, ...verdicts].join("\n").toLowerCase();
}

/**
 * @param {IndexRow[]} rows
 * @returns {HTMLElement}
 */
function indexTable(rows) {
  return el("table", { class: "index", "aria-label": t("index") },
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: t("command") }),
      ...index.releases.map((release) => el("th", { scope: "col", text: release || t("index.no-release") })))),
    el("tbody", {}, ...rows.map((row) => el("tr", { onclick: openNewest },
      el("th", { scope: "row" }, el("span", { class: "name", text: row.name }), el("code", {}, ...wholeWords(row.command))),
      ...row.cells.map((numbers, column) => el("td", {}, ...numbers.map((number) => entry(number, row.name, index.releases[column]))))))));
}

/**
 * The words of a command, which breaks between them and not at the hyphens of an option.
 *
 * @param {string} command
 * @returns {Child[]}
 */
function wholeWords(command) {
  return command.split(" ").flatMap((word, place) => [place === 0 ? "" : " ", el("span", { text: word })]);
}

/**
 * Open the recording of the newest release in a row, the last of its links, unless the click is on a link or selects text.
 *
 * @param {Event} event
 */
function openNewest({ currentTarget, target }) {
  if (!(currentTarget instanceof HTMLElement && target instanceof Element)) return;
  const selects = getSelection()?.isCollapsed === false;
  if (!selects && target.closest("a") === null) [...currentTarget.querySelectorAll("a")].at(-1)?.click();
}

/**
 * The link to a recording: the sign of its verdict, and the number of its exchanges.
 *
 * @param {number} number
 * @param {string} name
 * @param {string} release
 * @returns {HTMLElement}
 */
function entry(number, name, release) {
  const recording = runs[number];
  const count = recording.exchanges.length;
  const said = `${name}, ${release || t("index.no-release")}: ${verdictText(recording)}, ${t("exchanges", { count })}`;
  return el("a", { class: `entry ${recording.verdict ?? "none"}`, href: `#${number + 1}`, title: said, "aria-label": said },
    el("span", { text: SIGNS[recording.verdict ?? ""] ?? "–" }), ` ${count}`);
}

/**
 * @param {Run} recording
 * @returns {string}
 */
function verdictText({ verdict, sequence }) {
  return verdict ? t(`run.${verdict}`, { sequence: sequence || t("run.none") }) : t("run.none");
}

/**
 * Move the focus to the next recording of the table: `down` and `right` are steps, one of them 0.
 *
 * @param {number} down
 * @param {number} right
 */
export function moveInIndex(down, right) {
  const links = /** @type {HTMLElement[]} */ ([...byId("index").querySelectorAll("a")]);
  const from = document.activeElement;
  if (!(from instanceof HTMLElement) || !links.includes(from)) return links[0]?.focus();
  const [row, column] = placeOf(from);
  const ahead = links.filter((link) => {
    const [otherRow, otherColumn] = placeOf(link);
    const step = Math.sign(links.indexOf(link) - links.indexOf(from));
    return right === 0 ? otherColumn === column && Math.sign(otherRow - row) === down : otherRow === row && step === right;
  });
  (down + right > 0 ? ahead[0] : ahead.at(-1))?.focus();
}

/**
 * @param {HTMLElement} link
 * @returns {[number, number]}
 */
function placeOf(link) {
  const cell = /** @type {HTMLTableCellElement} */ (link.closest("td"));
  return [/** @type {HTMLTableRowElement} */ (cell.parentElement).rowIndex, cell.cellIndex];
}
