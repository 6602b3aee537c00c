// A JSON body as a tree that folds.

import { shown } from "./texts.js";
import { DEEPEST } from "./jsontree.js";
import { el, t } from "./dom.js";
/** @import { Branch, Node, Tree } from "./types" */
const AT_ONCE = 200;
const ALL_OPEN = 600;
const LONGEST = 20_000;
/**
 * The element that shows a tree. Of a large one only the outer levels are open, and made, at first.
 *
 * @param {Tree} tree
 * @returns {HTMLElement}
 */
export function jsonElement(tree) {
  const levels = tree.nodes <= ALL_OPEN ? DEEPEST : 2;
  return el("div", { class: "json" }, jsonNode(tree, levels, true));
}

/**
 * @param {Node} node
 * @param {number} levels
 * @param {boolean} last
 * @returns {HTMLElement}
 */
function jsonNode(node, levels, last) {
  const key = node.key === null ? [] : [el("span", { class: "j-key", text: shown(node.key) }), ": "];
  const comma = last ? "" : ",";
  if (node.items === undefined) return el("div", { class: "line" }, ...key, scalar(node.text), comma);
  const close = node.open === "{" ? "}" : "]";
  if (node.items.length === 0) return el("div", { class: "line" }, ...key, node.open + close + comma);
  const count = t(node.open === "{" ? "keys" : "items", { count: node.items.length });
  const summary = el("summary", { class: "line" }, ...key, node.open,
    el("span", { class: "folded" }, el("span", { class: "count", text: count }), close + comma));
  const inside = el("div", { class: "inside" });
  const details = el("details", {}, summary, inside, el("div", { class: "line", text: close + comma }));
  const fill = () => {
    if (inside.childElementCount === 0) fillFrom(inside, node, 0, levels - 1);
  };
  details.addEventListener("toggle", fill);
  details.open = levels > 0;
  if (details.open) fill();
  return details;
}

/**
 * @param {HTMLElement} inside
 * @param {Branch} node
 * @param {number} start
 * @param {number} levels
 */
function fillFrom(inside, node, start, levels) {
  const stop = Math.min(start + AT_ONCE, node.items.length);
  for (let place = start; place < stop; place += 1) {
    inside.append(jsonNode(node.items[place], levels, place === node.items.length - 1));
  }
  if (stop === node.items.length) return;
  const more = el("button", { class: "small", type: "button", text: t("more", { count: node.items.length - stop }) });
  more.addEventListener("click", () => {
    more.remove();
    fillFrom(inside, node, stop, levels);
  });
  inside.append(more);
}

/**
 * @param {string} text
 * @returns {HTMLElement}
 */
function scalar(text) {
  const kind = text.startsWith('"') ? "j-string" : /^[-\d]/.test(text) ? "j-number" : "j-word";
  return el("span", { class: kind }, ...pseudonyms(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text));
}

/**
 * A text with the stand-ins of secrets set apart.
 *
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
export function pseudonyms(text) {
  return shown(text).split(/(<(?:[a-z]+(?:-[a-z]+)*-\d+|removed)>)/).map((part, place) =>
    place % 2 === 1 ? el("span", { class: "pseudonym", title: t("pseudonym"), text: part }) : part);
}

/**
 * Open or close all that folds in an element, as far as it is made, the outermost excepted.
 *
 * @param {HTMLElement} element
 * @param {boolean} open
 */
export function foldAll(element, open) {
  const folds = element.getElementsByTagName("details");
  // The list grows while it is opened: what is inside is made then.
  for (let place = open ? 0 : 1; place < folds.length && place < 2000; place += 1) {
    folds[place].open = open;
    if (open) folds[place].dispatchEvent(new Event("toggle"));
  }
}
