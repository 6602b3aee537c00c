// Which exchanges a query finds. All its words must be there; `status:404` looks in one place only.

const PLACES = ["method", "path", "status", "header", "body", "verdict"];
const searchable = new Map();

/** What of each exchange is searched, in small letters, by the places above. Made at the first search. */
function haystack() {
  if (!searchable.has(state.run)) {
    const all = contents();
    if (all === null) return null;
    searchable.set(state.run, run().exchanges.map((exchange, index) => places(exchange, all[index])));
  }
  return searchable.get(state.run);
}

function places(exchange, [request, response]) {
  const found = {
    method: exchange.method,
    path: `${exchange.path ?? ""}\n${request.url}`,
    status: `${exchange.status ?? ""} ${exchange.reason ?? ""}`,
    header: headerLines(request) + headerLines(response),
    body: bodyText(request) + bodyText(response),
    verdict: exchange.verdict ?? "",
  };
  for (const place of PLACES) found[place] = found[place].toLowerCase();
  return found;
}

function headerLines(message) {
  return headersOf(message).map(([name, value]) => `${name}: ${value}\n`).join("");
}

/** The header fields as they were sent: one that was repeated comes more than once. */
function headersOf(message) {
  return Object.entries(message?.headers ?? {}).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
}

function bodyText(message) {
  return `${message?.body?.json ?? message?.body?.text ?? ""}\n`;
}

/** [place or null, word in small letters] for each word of a query; "two words" in quotes are one. */
function words(query) {
  return [...query.toLowerCase().matchAll(/(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g)]
    .map(([whole, place, quoted, plain]) =>
      place === undefined || PLACES.includes(place) ? [place ?? null, quoted ?? plain] : [null, whole])
    .filter(([, word]) => word !== "");
}

/** The messages of the run that the query and the filter leave, in their order; null while that cannot be told. */
function filtered() {
  const wanted = words(state.query);
  if (wanted.length === 0 && !state.deviating) return run().order;
  const hay = wanted.length === 0 ? [] : haystack();
  if (hay === null) return null;
  const kept = run().exchanges.map((exchange, index) =>
    (!state.deviating || deviates(exchange)) && wanted.every((word) => isThere(hay[index], word)));
  return run().order.filter((message) => kept[message >> 1]);
}

function isThere(hay, [place, word]) {
  if (place === "status" || place === "method") return hay[place].startsWith(word);
  return place === null ? PLACES.some((each) => hay[each].includes(word)) : hay[place].includes(word);
}

/** Mark what was searched for in these elements, where the browser can. */
function markFound(...elements) {
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete("found");
  const wanted = words(state.query).map(([, word]) => word);
  if (wanted.length === 0) return;
  const ranges = elements.flatMap((element) => [...rangesIn(element, wanted)]);
  CSS.highlights.set("found", new Highlight(...ranges));
}

function* rangesIn(element, wanted) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = 1000;
  for (let node = walker.nextNode(); node !== null && left > 0; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    // A few letters have two small ones: then places would be off.
    if (text.length !== node.data.length) continue;
    for (const word of wanted) {
      for (let place = text.indexOf(word); place >= 0 && left > 0; place = text.indexOf(word, place + word.length)) {
        left -= 1;
        const range = new Range();
        range.setStart(node, place);
        range.setEnd(node, place + word.length);
        yield range;
      }
    }
  }
}
