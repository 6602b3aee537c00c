// Parts that the panes on the right are made of.

import { shown } from "./texts.js";
import { jsonTree } from "./jsontree.js";
import { bytes, copy, el, t } from "./dom.js";
import { foldAll, jsonElement, pseudonyms } from "./json.js";
/** @import { Body, Child, Properties } from "./types" */
/**
 * @param {string} title
 * @param {Child[]} tools
 * @param {...Child} content
 * @returns {HTMLElement}
 */
export function section(title, tools, ...content) {
  return el("section", {}, el("div", { class: "section-head" }, el("h3", { text: title }), ...tools), ...content);
}

/**
 * @param {string} text
 * @param {(button: HTMLButtonElement) => void} use
 * @param {Properties} [properties]
 * @returns {HTMLButtonElement}
 */
export function tool(text, use, properties = {}) {
  const button = el("button", { class: "small", type: "button", text, ...properties });
  button.addEventListener("click", () => use(button));
  return button;
}

/** @type {(text: string, what: () => string) => HTMLButtonElement} */
export const copyTool = (text, what) => tool(t("copy"), (button) => copy(what(), button), { "aria-label": text, title: text });

/**
 * @param {string[][]} pairs
 * @param {string} name
 * @param {string} [kind]
 * @returns {HTMLElement}
 */
export function table(pairs, name, kind = "") {
  return el("table", { class: `pairs ${kind}`, "aria-label": name }, el("tbody", {}, ...pairs.map(([key, value]) =>
    el("tr", {}, el("th", { scope: "row", text: shown(key) }), el("td", {}, ...pseudonyms(value))))));
}

/**
 * A text in a box; of a very long one its beginning.
 *
 * @param {string} text
 * @param {string} name
 * @returns {HTMLElement}
 */
export function textBox(text, name) {
  const most = 200_000;
  const cut = text.length > most ? el("p", { class: "hint", text: t("cut", { count: text.length - most }) }) : null;
  return el("div", {}, el("pre", { class: "text", tabIndex: 0, role: "group", "aria-label": name }, ...pseudonyms(text.slice(0, most))), cut);
}

/**
 * The body of a message with what can be done with it.
 *
 * @param {Body | undefined} body
 * @returns {HTMLElement}
 */
export function bodySection(body) {
  if (!body) return section(t("body"), [], el("p", { class: "hint", text: t("no-body") }));
  const facts = [body.type, body.encoding, bytes(body.size)].filter(Boolean).join(" · ");
  const about = el("span", { class: "facts", text: shown(facts) });
  if (body.omitted) {
    const digest = body.sha256 ? ` SHA-256 ${body.sha256}` : "";
    return section(t("body"), [about], el("p", { class: "hint", text: shown(t(`omitted.${body.omitted}`) + digest) }));
  }
  const text = body.json ?? body.text ?? body.base64 ?? "";
  const copying = copyTool(t("copy-body"), () => text);
  const tree = body.json === undefined ? null : jsonTree(body.json);
  if (tree === null) return section(t("body"), [about, copying], textBox(text, t("body")));
  const element = jsonElement(tree);
  const folds = tree.items === undefined ? [] : [
    tool(t("fold"), () => foldAll(element, false)),
    tool(t("unfold"), () => foldAll(element, true)),
  ];
  return section(t("body"), [about, ...folds, copying], element);
}
