// Texts for people: of the catalogue, with plural forms and numbers of a language.

/** @import { Translate } from "./types" */

/**
 * Return a function that looks up a text and fills its {places}. A `count` chooses the plural form.
 *
 * @param {Record<string, string>} texts
 * @param {string} locale
 * @returns {Translate}
 */
export function translator(texts, locale) {
  const plural = new Intl.PluralRules(locale);
  const grouped = new Intl.NumberFormat(locale);
  return (key, values = {}) => {
    const form = "count" in values ? `${key}.${plural.select(Number(values.count))}` : key;
    const text = texts[form] ?? texts[`${key}.other`] ?? texts[key];
    return text.replace(/\{(\w+)\}/g, (place, name) => {
      const value = values[name];
      return value === undefined ? place : typeof value === "number" ? grouped.format(value) : value;
    });
  };
}

/**
 * Replace controls, and marks that change the direction of writing, by a visible sign.
 *
 * @param {string} text
 * @returns {string}
 */
export function shown(text) {
  return text.replace(/[^\P{C}\n\t]|[\u2028\u2029]/gu, "\ufffd");
}

/**
 * Cut a label to its room (pixels).
 *
 * @param {string} text
 * @param {number} room
 * @returns {string}
 */
export function fitting(text, room) {
  const most = Math.max(3, Math.floor((room - 16) / 7));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
