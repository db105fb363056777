import { createRequire } from "node:module";

export const entity = /&(?:#[xX][0-9a-fA-F]{1,6}|#\d{1,7}|[A-Za-z][A-Za-z0-9]{1,31});/y;

const known = new Map<string, string | null>([
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
  ["&nbsp;", "\u00A0"],
]);

// More names than there are entities: past them somebody makes names up, and each look-up costs.
const most = 5_000;

/** The characters of `&name;`, `&#8211;` or `&#x2013;`; null where there is no such entity. */
export function decodeEntity(text: string): string | null {
  const cached = known.get(text);
  if (cached !== undefined) return cached;
  const decoded = text[1] === "#" ? fromNumber(text) : known.size < most ? fromName(text) : null;
  if (known.size < most) known.set(text, decoded);
  return decoded;
}

function fromNumber(text: string): string {
  const code = /[xX]/.test(text[2]!) ? Number.parseInt(text.slice(3, -1), 16) : Number.parseInt(text.slice(2, -1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD";
}

// linkedom knows all 2,231 names. It is loaded when the first one comes: 20 MB that most texts never need.
function fromName(text: string): string | null {
  const { parseHTML } = createRequire(import.meta.url)("linkedom") as typeof import("linkedom");
  const { document } = parseHTML(`<!doctype html><html><body>${text}</body></html>`);
  const decoded = document.body.textContent ?? text;
  // "&notit;" is no entity, though a browser finds "&not" in it.
  return decoded.endsWith(";") && text !== "&semi;" ? null : decoded;
}
