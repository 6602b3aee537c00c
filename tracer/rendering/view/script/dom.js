// Elements made of texts. Whatever a recording says gets into the page through textContent and
// setAttribute alone, so that none of it is ever read as HTML.

import { translator } from "./texts.js";
/** @import { Child, Elements, Properties } from "./types" */
const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an element of the template; null for an id that it does not have.
 *
 * @type {<K extends string>(id: K) => K extends keyof Elements ? Elements[K] : HTMLElement | null}
 */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

/**
 * An element: properties that are no fields of it become attributes; null, undefined and false are left out.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Properties} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/**
 * @template {Element} K
 * @param {K} element
 * @param {Properties} properties
 * @param {Child[]} children
 * @returns {K}
 */
function filled(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (key === "text") element.textContent = String(value);
    else if (key === "class") element.setAttribute("class", String(value));
    else if (key in element && element.namespaceURI !== SVG && !key.includes("-")) Object.assign(element, { [key]: value });
    else element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const locale = document.documentElement.lang;
export const grouped = new Intl.NumberFormat(locale);
export const t = translator(JSON.parse(byId("texts").textContent), locale);

/**
 * @param {number} seconds
 * @returns {string}
 */
export function duration(seconds) {
  if (seconds < 9.9995) return t("ms", { value: Math.round(seconds * 1000) });
  return t("s", { value: seconds < 100 ? seconds.toFixed(2) : grouped.format(Math.round(seconds)) });
}

/**
 * @param {number} size
 * @returns {string}
 */
export function bytes(size) {
  if (size < 1024) return t("bytes", { count: size });
  const [value, unit] = size < 1048576 ? [size / 1024, "KiB"] : [size / 1048576, "MiB"];
  return `${value.toFixed(1)} ${unit}`;
}

/**
 * Copy a text; the button says that it was done.
 *
 * @param {string} text
 * @param {HTMLElement} button
 */
export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
  const label = button.textContent;
  if (button.classList.contains("done")) return;
  button.classList.add("done");
  button.textContent = t("copied");
  announce(t("copied"));
  setTimeout(() => {
    button.classList.remove("done");
    button.textContent = label;
  }, 1200);
}

/**
 * For a page that came over plain HTTP, which may not touch the clipboard itself.
 *
 * @param {string} text
 */
function copyBySelection(text) {
  const field = el("textarea", { value: text, class: "offstage" });
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
}

/** @param {string} text */
function announce(text) {
  byId("announcer").textContent = text;
}
