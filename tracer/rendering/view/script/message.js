// What one message says: headers and body, and where it stands in the run.

let detailed = null;

/** Fill the pane on the right: with the chosen message, or with the run where none is chosen. */
function showDetails() {
  const pane = byId("details");
  const message = state.shown[state.selected];
  const key = message === undefined ? `run ${state.run}` : `message ${state.run} ${message}`;
  if (key !== detailed) {
    const withinTabs = pane.contains(document.activeElement) && document.activeElement.role === "tab";
    detailed = key;
    pane.scrollTop = 0;
    if (message === undefined) pane.replaceChildren(...overview());
    else withContents(() => key === detailed && pane.replaceChildren(...messageParts(message)));
    if (withinTabs) pane.querySelector("[role=tab][aria-selected=true]")?.focus();
  }
  markFound(rows, pane);
}

function messageParts(message) {
  const exchange = exchangeOf(message);
  const [request, response] = contents()[message >> 1];
  const said = run().descriptions[exchange.said];
  return [
    el("div", { class: "about" },
      el("p", { class: "route" }, ...route(message)),
      el("h2", { text: shown(headline(message).join(" ")) }),
      el("p", { class: "chips" }, ...facts(message)),
      exchange.why ? el("p", { class: "why", lang: "en", text: exchange.why }) : null,
      exchange.redaction ? el("p", { class: "why", text: t("redaction-failed") }) : null,
      said ? el("p", { class: "doc" }, said[isResponse(message) ? "response" : "request"] ?? said.summary ?? "", " ",
        said.reference ? el("a", { href: said.reference, rel: "noreferrer noopener", target: "_blank", text: t("reference") }) : null) : null),
    tabs(message),
    el("div", { role: "tabpanel", id: "panel", "aria-labelledby": isResponse(message) ? "tab-response" : "tab-request" },
      ...(isResponse(message) ? responsePanel(exchange, request.url, response) : requestPanel(request))),
  ];
}

function route(message) {
  const [sender, receiver] = ends(message);
  return [el("span", { class: "big-number", text: String(numberOf(message)) }), participant(sender), el("span", { class: "to", "aria-hidden": "true", text: " → " }), participant(receiver)];
}

function facts(message) {
  const exchange = exchangeOf(message);
  const step = stepOf(message);
  const { started, ended } = exchange;
  return [
    exchange.verdict ? el("span", { class: `chip v-${exchange.verdict}`, text: t(`verdict.${exchange.verdict}`), title: t(`verdict.${exchange.verdict}.means`) }) : null,
    step === undefined ? null : el("span", { class: "chip", text: t("step-n", { step: String(step) }) }),
    started === undefined ? null : el("span", { class: "fact", text: t("at", { time: duration(started) }) }),
    started === undefined || ended === undefined ? null : el("span", { class: "fact", text: t("took", { time: duration(ended - started) }) }),
  ];
}

/** Request and response of the exchange: to change the tab is to choose the other message. */
function tabs(message) {
  const both = [message & ~1, message | 1];
  const made = el("div", { role: "tablist", class: "tabs", "aria-label": t("exchange") }, ...both.map((each) => {
    const name = isResponse(each) ? "response" : "request";
    const chosen = each === message;
    return el("button", {
      role: "tab", type: "button", id: `tab-${name}`, "aria-selected": String(chosen), "aria-controls": chosen ? "panel" : null,
      tabIndex: chosen ? 0 : -1, text: `${t(name)} (${numberOf(each)})`, onclick: () => reveal(each),
    });
  }));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    reveal(message ^ 1);
  });
  return made;
}

function requestPanel(request) {
  const headers = headersOf(request);
  const title = `${request.method} ${request.url} ${request.http ?? ""}`;
  return [
    el("div", { class: "url" }, el("code", {}, ...pseudonyms(title.trim())),
      tool(t("curl"), (button) => copy(curl(request), button), { id: "curl", title: t("curl-means") })),
    headerSection(headers),
    bodySection(request.body),
  ];
}

function responsePanel(exchange, url, response) {
  if (!response) return [el("p", { class: "why", text: t("no-response", { reason: exchange.reason ?? "" }) })];
  const title = `${response.status} ${response.reason ?? ""} ${url}`;
  return [
    el("div", { class: "url" }, el("code", {}, ...pseudonyms(title))),
    headerSection(headersOf(response)),
    bodySection(response.body),
  ];
}

function headerSection(headers) {
  if (headers.length === 0) return section(t("headers"), [], el("p", { class: "hint", text: t("no-headers") }));
  const lines = () => headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return section(t("headers"), [el("span", { class: "facts", text: String(headers.length) }), copyTool(t("copy-headers"), lines)], table(headers, t("headers")));
}
