// Parts that the panes on the right are made of.

function section(title, tools, ...content) {
  return el("section", {}, el("div", { class: "section-head" }, el("h3", { text: title }), ...tools), ...content);
}

function tool(text, use, properties = {}) {
  const button = el("button", { class: "small", type: "button", text, ...properties });
  button.addEventListener("click", () => use(button));
  return button;
}

const copyTool = (text, what) => tool(t("copy"), (button) => copy(what(), button), { "aria-label": text, title: text });

function table(pairs, name, kind = "") {
  return el("table", { class: `pairs ${kind}`, "aria-label": name }, el("tbody", {}, ...pairs.map(([key, value]) =>
    el("tr", {}, el("th", { scope: "row", text: shown(key) }), el("td", {}, ...pseudonyms(value))))));
}

/** A text in a box; of a very long one its beginning. */
function textBox(text, name) {
  const most = 200_000;
  const cut = text.length > most ? el("p", { class: "hint", text: t("cut", { count: text.length - most }) }) : null;
  return el("div", {}, el("pre", { class: "text", tabIndex: 0, role: "group", "aria-label": name }, ...pseudonyms(text.slice(0, most))), cut);
}

/** The body of a message with what can be done with it. */
function bodySection(body) {
  if (!body) return section(t("body"), [], el("p", { class: "hint", text: t("no-body") }));
  const facts = [body.type, body.encoding, bytes(body.size)].filter(Boolean).join(" · ");
  const about = el("span", { class: "facts", text: shown(facts) });
  if (body.omitted) {
    const digest = body.sha256 ? ` SHA-256 ${body.sha256}` : "";
    return section(t("body"), [about], el("p", { class: "hint", text: shown(t(`omitted.${body.omitted}`) + digest) }));
  }
  const text = body.json ?? body.text ?? body.base64;
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
