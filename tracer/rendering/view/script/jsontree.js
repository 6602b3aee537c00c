// JSON texts taken apart. Literals stay as they were sent: no number is rounded, no key lost.

/** @import { Branch, Node, Tree } from "./types" */

export const DEEPEST = 60;
const TOKEN = /\s*(?:("[^"\\]*(?:\\.[^"\\]*)*")|(-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity)|([{}[\],:]))/sy;

/**
 * Return the tree of a JSON text; null if the text is not JSON, or is nested too deeply.
 *
 * @param {string} text
 * @returns {Tree | null}
 */
export function jsonTree(text) {
  /** @type {Branch} */
  const top = { key: null, open: "[", items: [] };
  const stack = [top];
  /** @type {string | null} */
  let key = null;
  let nodes = 0;
  TOKEN.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let end = TOKEN.lastIndex;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, string, atom, sign] = match;
    end = TOKEN.lastIndex;
    const parent = stack[stack.length - 1];
    if (sign === ",") continue;
    if (sign === ":") {
      // The value before the colon is the key of the next value.
      key = parent.items.pop()?.text ?? null;
      if (key === null || parent.open !== "{") return null;
      nodes -= 1;
    } else if (sign === "}" || sign === "]") {
      if (stack.length === 1 || parent.open !== (sign === "}" ? "{" : "[")) return null;
      stack.pop();
    } else {
      /** @type {Node} */
      const node = sign === undefined ? { key, text: string ?? atom } : { key, open: sign, items: [] };
      key = null;
      nodes += 1;
      parent.items.push(node);
      if (node.items !== undefined) stack.push(node);
      if (stack.length > DEEPEST) return null;
    }
  }
  if (stack.length !== 1 || top.items.length !== 1 || text.slice(end).trim() !== "") return null;
  return Object.assign(top.items[0], { nodes });
}

/**
 * Return the same JSON on one line.
 *
 * @param {string} text
 * @returns {string}
 */
export function compact(text) {
  return text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/gs, (_, string) => string ?? "");
}
