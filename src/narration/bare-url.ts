// Stops where Markdown, HTML or a table would go on: white space, angle and square brackets, quotes, `|`, "`".
const url =
  /(?<![\p{L}\p{N}])(?:[a-z][a-z0-9+.-]{1,31}:\/\/|www\.(?=[\p{L}\p{N}-]+\.))[^\s<>[\]"`|\\^{}“”«»，。、；：！？）」』]+/giu;

const trailing = "?!.,:;*_~'’…";

/** The bare URLs of a text, as spans in UTF-16 units: what GitHub's Markdown links by itself, of any scheme. */
export function* findUrls(text: string, from = 0): Generator<[start: number, end: number]> {
  if (!text.includes("://", from) && !/www\./i.test(text)) return;
  url.lastIndex = from;
  for (let match = url.exec(text); match !== null; match = url.exec(text)) {
    const found = withoutTail(match[0]);
    const next = url.lastIndex;
    if (hostOf(found) !== "") yield [match.index, match.index + found.length];
    url.lastIndex = next;
  }
}

/** `https://user@example.org:80/path` → `example.org`; empty where there is none. */
export function hostOf(found: string): string {
  const authority = found.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").split(/[/?#]/, 1)[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d*$/, "");
  return /[\p{L}\p{N}]/u.test(host) ? host : "";
}

// Punctuation that ends the sentence, not the address; a `)` only where the address opened none.
function withoutTail(found: string): string {
  let balance = 0;
  for (let at = 0; at < found.length; at++) balance += found[at] === "(" ? 1 : found[at] === ")" ? -1 : 0;
  let end = found.length;
  for (; end > 0; end--) {
    const letter = found[end - 1]!;
    if (letter === ")" && balance < 0) balance++;
    else if (!trailing.includes(letter)) break;
  }
  return found.slice(0, end);
}
