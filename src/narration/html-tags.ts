/** A tag of raw HTML in a text: its name in lower case, its attributes as written, where it stands (UTF-16 units). */
export type Tag = { name: string; attributes: string; start: number; end: number };

const name = /[A-Za-z][A-Za-z0-9.-]*/y;
const attributeName = /[A-Za-z_:@][\w.:-]*/y;
const bareValue = /[^\s"'=<>`{]+/y;
const blank = /\s*/y;

// JSX's `{…}` is looked for this far: without a limit "<a {<a {<a {" would be read again from each brace.
const longestBraces = 2_000;

/** The opening tag at `start` by CommonMark 0.31 §6.6, with JSX's `{…}` (components of MDX are not read); or null. */
export function openingTag(text: string, start: number): Tag | null {
  const nameEnd = text[start] === "<" ? past(name, text, start + 1) : -1;
  if (nameEnd === -1) return null;
  for (let at = nameEnd; ;) {
    const next = past(blank, text, at);
    const closes = text[next] === "/" && text[next + 1] === ">" ? 2 : text[next] === ">" ? 1 : 0;
    if (closes > 0) {
      const tag = text.slice(start + 1, nameEnd).toLowerCase();
      return { name: tag, attributes: text.slice(nameEnd, next), start, end: next + closes };
    }
    const attribute = next === at ? -1 : attributeEnd(text, next);
    if (attribute === -1) return null;
    at = attribute;
  }
}

export function closingTag(text: string, start: number): Tag | null {
  const nameEnd = text.startsWith("</", start) ? past(name, text, start + 2) : -1;
  if (nameEnd === -1) return null;
  const end = past(blank, text, nameEnd);
  if (text[end] !== ">") return null;
  return { name: text.slice(start + 2, nameEnd).toLowerCase(), attributes: "", start, end: end + 1 };
}

/** An attribute's value, its entities not decoded; "" where it stands without one, null where it is missing. */
export function attributeOf(attributes: string, wanted: string): string | null {
  for (let at = past(blank, attributes, 0); at < attributes.length; at = past(blank, attributes, at)) {
    const nameEnd = past(attributeName, attributes, at);
    const end = attributeEnd(attributes, at);
    if (end === -1) return null;
    if (nameEnd !== -1 && attributes.slice(at, nameEnd).toLowerCase() === wanted) {
      const value = attributes.slice(nameEnd, end).replace(/^\s*=\s*/, "");
      return /^["']/.test(value) ? value.slice(1, -1) : value;
    }
    at = end;
  }
  return null;
}

function attributeEnd(text: string, start: number): number {
  if (text[start] === "{") return bracesEnd(text, start);
  const nameEnd = past(attributeName, text, start);
  if (nameEnd === -1) return -1;
  const equals = past(blank, text, nameEnd);
  return text[equals] === "=" ? valueEnd(text, past(blank, text, equals + 1)) : nameEnd;
}

function valueEnd(text: string, start: number): number {
  const quote = text[start];
  if (quote === "{") return bracesEnd(text, start);
  if (quote !== '"' && quote !== "'") return past(bareValue, text, start);
  const close = text.indexOf(quote, start + 1);
  return close === -1 ? -1 : close + 1;
}

function bracesEnd(text: string, start: number): number {
  let open = 0;
  const last = Math.min(text.length, start + longestBraces);
  for (let at = start; at < last; at++) {
    if (text[at] === "{") open++;
    else if (text[at] === "}" && --open === 0) return at + 1;
  }
  return -1;
}

/** Where the pattern, tried at `start`, ends; -1 where it does not match. */
function past(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
