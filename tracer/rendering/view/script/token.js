// The origins that may receive the token of the user: those of the cloud. Any other URL is only text in a recording.

/** @import { Contents } from "./types" */

/**
 * Return the origins of the cloud: its URL, the hosts of the logins, and the endpoints of their catalogues.
 *
 * @param {string} url
 * @param {Contents[]} all
 * @returns {Set<string>}
 */
export function cloudOrigins(url, all) {
  const urls = [url];
  for (const [request, response] of all) {
    if (request.method !== "POST" || !/\/auth\/tokens\/?$/.test(request.url.split(/[?#]/)[0])) continue;
    urls.push(request.url, ...catalogueUrls(response?.body?.json));
  }
  return new Set(urls.map(originOf).filter((origin) => origin !== ""));
}

/**
 * Return scheme, host and port of a URL; an empty text if it has no host, or its scheme is not http or https.
 *
 * @param {string} url
 * @returns {string}
 */
export function originOf(url) {
  // Curl and the browser may find different hosts in a URL with any other character.
  if (!/^https?:\/\/[\w.-]+(:\d+)?([/?#][^\\]*)?$|^https?:\/\/\[[\da-f:.]+\](:\d+)?([/?#][^\\]*)?$/i.test(url)) return "";
  try {
    return new URL(url).origin;
  } catch {
    return "";
  }
}

/**
 * @param {string | undefined} json
 * @returns {string[]}
 */
function catalogueUrls(json) {
  try {
    /** @type {{ token: { catalog: { endpoints: { url: unknown }[] }[] } }} */
    const { token } = JSON.parse(json ?? "{}");
    return token.catalog.flatMap(({ endpoints }) => endpoints.map(({ url }) => String(url)));
  } catch {
    return [];
  }
}
