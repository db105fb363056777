import { bracketEnd, type Budget } from "./mdx-code.ts";

/** `instead`: what is written for a tag of JSX, "" for nothing; null where it is HTML, which stays. UTF-16 units. */
export type ComponentTag = { end: number; instead: string | null };

// Elements that mean nothing to a listener: the text in them is Markdown, which a block of HTML would not be.
const meaningless = new Set("div span section article main center font small details summary".split(" "));
const speaking = /\s(?:hidden|aria-hidden|lang|style|role)\b/i;
const pictures = /^(?:Image|Img|Picture|Photo|Figure|StaticImage|GatsbyImage|ThemedImage|ZoomableImage)$/;

const tagName = /<(\/?)([A-Za-z][\w$.:-]*|(?=>))/y;

/** The tag at `start`, with all its attributes; null where none stands there. */
export function componentTag(
  text: string,
  start: number,
  { budget, staying }: { budget: Budget; staying: Map<string, boolean[]> },
): ComponentTag | null {
  tagName.lastIndex = start;
  const found = tagName.exec(text);
  if (found === null) return null;
  const [opening, slash, name] = found as unknown as [string, string, string];
  const end = attributesEnd(text, start + opening.length, budget);
  if (end === -1) return null;
  const attributes = text.slice(start + opening.length, end);
  if (/^[a-z][\w-]*$/.test(name)) {
    return { end, instead: !meaningless.has(name) || stays(staying, name, slash, attributes) ? null : "" };
  }
  const drawn = pictures.test(name) && /\salt\s*=\s*["']/.test(attributes);
  return { end, instead: drawn ? `<img${attributes}`.padEnd(end - start) : "" };
}

/** A tag that hides its element, or says its language, stays; the tag that closes it too. */
function stays(staying: Map<string, boolean[]>, name: string, slash: string, attributes: string): boolean {
  const open = staying.get(name) ?? [];
  staying.set(name, open);
  if (slash !== "") return open.pop() ?? false;
  const speaks = speaking.test(attributes);
  if (!attributes.endsWith("/>")) open.push(speaks);
  return speaks;
}

/** Behind the `>`; -1 where what stands there are no attributes. */
function attributesEnd(text: string, start: number, budget: Budget): number {
  const attribute = /\s*(?:[\w$:@.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`{}/]+|(?=\{)))?|(?=\{))/y;
  for (let at = start; budget.left > 0;) {
    const close = /\s*\/?>/y;
    close.lastIndex = at;
    if (close.test(text)) return close.lastIndex;
    attribute.lastIndex = at;
    if (!attribute.test(text)) return -1;
    const next = attribute.lastIndex;
    budget.left -= next - at + 1;
    at = text[next] === "{" ? bracketEnd(text, next, budget) : next;
    if (at === -1) return -1;
  }
  return -1;
}
