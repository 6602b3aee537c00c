// Elements made of texts. Whatever a recording says gets into the page through textContent and
// setAttribute alone, so that none of it is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

const byId = (id) => document.getElementById(id);

/** An element: properties that are no fields of it become attributes; null, undefined and false are left out. */
function el(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "text") element.textContent = value;
    else if (key === "class") element.setAttribute("class", value);
    else if (key in element && element.namespaceURI !== SVG && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const texts = JSON.parse(byId("texts").textContent);
const locale = document.documentElement.lang;
const plural = new Intl.PluralRules(locale);
const grouped = new Intl.NumberFormat(locale);

/** A text of the catalogue with its {places} filled; with a count, the form for that number. */
function t(key, values = {}) {
  const form = "count" in values ? `${key}.${plural.select(values.count)}` : key;
  const text = texts[form] ?? texts[`${key}.other`] ?? texts[key];
  return text.replace(/\{(\w+)\}/g, (place, name) => {
    const value = values[name];
    return value === undefined ? place : typeof value === "number" ? grouped.format(value) : value;
  });
}

/** Text in which nothing hides: controls and marks that change the direction of writing become visible. */
function shown(text) {
  return text.replace(/[^\P{C}\n\t]|[\u2028\u2029]/gu, "\ufffd");
}

function duration(seconds) {
  if (seconds < 9.9995) return t("ms", { value: Math.round(seconds * 1000) });
  return t("s", { value: seconds < 100 ? seconds.toFixed(2) : grouped.format(Math.round(seconds)) });
}

function bytes(size) {
  if (size < 1024) return t("bytes", { count: size });
  const [value, unit] = size < 1048576 ? [size / 1024, "KiB"] : [size / 1048576, "MiB"];
  return `${value.toFixed(1)} ${unit}`;
}

/** Copy a text; the button says that it was done. */
async function copy(text, button) {
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

/** For a page that came over plain HTTP, which may not touch the clipboard itself. */
function copyBySelection(text) {
  const field = el("textarea", { value: text, class: "offstage" });
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  before?.focus();
}

function announce(text) {
  byId("announcer").textContent = text;
}
