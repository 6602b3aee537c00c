// The run as a whole: shown while no message is chosen.

import { jsonTree } from "./jsontree.js";
import { duration, el, grouped, t } from "./dom.js";
import { headline, numberOf, run } from "./runs.js";
import { jsonElement, pseudonyms } from "./json.js";
import { copyTool, section, table, textBox } from "./parts.js";
import { reach } from "./page.js";
/** @import { Output } from "./types" */
/** @returns {HTMLElement[]} */
export function overview() {
  const { command, notes, redacted, output } = run();
  return [
    el("div", { class: "about" },
      el("p", { class: "route", text: t("recording") }),
      el("h2", { text: run().name }),
      el("p", { class: "chips" }, verdictPill())),
    deviationSection(),
    section(t("command"), command === null ? [] : [copyTool(t("copy-command"), () => command)],
      command === null ? el("p", { class: "hint", text: t("command-unknown") }) : el("pre", { class: "text command" }, ...pseudonyms(command))),
    section(t("about"), [], table(aboutPairs(), t("about"))),
    notes.length === 0 ? null : section(t("notes"), [], el("ul", {}, ...notes.map((note) => el("li", { text: note })))),
    redacted.length === 0 ? null : section(t("redacted"), [], table(redacted.map(([what, count]) => [what, `${grouped.format(count)}×`]), t("redacted"), "counts")),
    ...(output === null ? [] : outputSections(output)),
  ].filter((part) => part !== null);
}

/** @returns {string[][]} */
function aboutPairs() {
  const { release, url, client, recorded, sequence, interrupted, participants } = run();
  return [
    [t("sequence"), sequence], [t("release"), release], [t("cloud"), url], [t("client"), client],
    [t("recorded"), recorded], [t("interrupted"), interrupted],
    [t("participants"), participants.map(([, label]) => label).join(", ")],
    [t("size"), sizeLine()],
  ].filter(([, value]) => value);
}

export function sizeLine() {
  const { exchanges, order, from, to } = run();
  return [t("exchanges", { count: exchanges.length }), t("messages", { count: order.length }), duration(to - from)].join(" · ");
}

/**
 * @param {Output} output
 * @returns {HTMLElement[]}
 */
function outputSections({ exit, stdout, stderr }) {
  const code = el("span", { class: exit ? "chip v-unexpected" : "facts", text: t("exit", { code: String(exit) }) });
  const made = [section(t("output"), [code, ...(stdout ? [copyTool(t("copy-output"), () => stdout)] : [])],
    stdout ? outputText(stdout) : el("p", { class: "hint", text: t("no-output") }))];
  return stderr ? [...made, section(t("stderr"), [], textBox(stderr, t("stderr")))] : made;
}

/**
 * @param {string} stdout
 * @returns {HTMLElement}
 */
function outputText(stdout) {
  const tree = /^\s*[[{]/.test(stdout) ? jsonTree(stdout) : null;
  return tree === null ? textBox(stdout, t("output")) : jsonElement(tree);
}

export function verdictPill() {
  const { verdict, sequence } = run();
  if (!verdict) return el("span", { class: "pill", text: t("run.none") });
  return el("span", { class: `pill ${verdict}`, text: t(`run.${verdict}`, { sequence: sequence || t("run.none") }) });
}

/**
 * What makes the run deviate, each a way to where it is.
 *
 * @returns {HTMLElement | null}
 */
function deviationSection() {
  const { deviating, missing } = run();
  if (deviating.length === 0 && missing.length === 0) return null;
  const named = deviating.slice(0, 50).map((index) => el("li", {}, deviationButton(index), reason(index)));
  if (deviating.length > named.length) named.push(el("li", { class: "hint", text: t("more-deviations", { count: deviating.length - named.length }) }));
  if (missing.length > 0) named.unshift(el("li", { class: "missing", text: missingText() }));
  return section(t("deviations"), [], el("ul", { class: "deviations" }, ...named));
}

/**
 * @param {number} index
 * @returns {HTMLElement}
 */
function deviationButton(index) {
  const exchange = run().exchanges[index];
  return el("button", { type: "button", class: "link", onclick: () => reach(2 * index) },
    el("span", { class: `chip v-${exchange.verdict}`, text: t(`verdict.${exchange.verdict}`) }), " ",
    el("code", { text: `(${numberOf(2 * index)}) ${headline(2 * index).join(" ")}` }));
}

/**
 * @param {number} index
 * @returns {HTMLElement | null}
 */
function reason(index) {
  const { why } = run().exchanges[index];
  return why ? el("p", { class: "hint", text: why }) : null;
}

export const missingText = () => t("missing", { count: run().missing.length, steps: run().missing.join(", ") });
