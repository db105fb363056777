/** Bytes to text: pages as their makers encoded them, everything else in UTF-8. */

/** WHATWG's names of encodings; `TextDecoder` knows those and no others. */
type Encoding = string;

// How far browsers look for a page's own word, and some more: a declaration may stand behind comments.
const HEAD_BYTES = 4096;

/**
 * A page's text. A byte order mark counts first, then UTF-8 where the bytes are that (servers and templates often declare what their pages are not),
 * then `charset` of the HTTP header, then what the page declares. Bytes that are broken in its encoding become U+FFFD. Null where it is no text.
 */
export function decodePage(bytes: Uint8Array, charset?: string): string | null {
  const head = headOf(bytes);
  const declared = [charset, declaredIn(head)].flatMap((label) => encodingOf(label) ?? []);
  const wide = markOf(bytes) ?? wideIn(head) ?? declared.find((encoding) => encoding.startsWith("utf-16")) ?? null;
  if (wide !== null && (markOf(bytes) !== null || head.includes("\0"))) return decode(bytes, wide);
  // Its bytes are all ASCII, which is UTF-8, too, and many are ESC.
  if (declared[0] === "iso-2022-jp") return decode(bytes, declared[0]);
  if (isBinary(head)) return null;
  const legacy = declared.find((encoding) => !encoding.startsWith("utf-"));
  return strictly(bytes, "utf-8") ?? decode(bytes, legacy ?? (isBrokenUtf8(bytes) ? "utf-8" : "windows-1252"));
}

/** Text that is no page, in UTF-8, in `charset` of the HTTP header, or in UTF-16 with its mark. Null where it is no text. */
export function decodeText(bytes: Uint8Array, charset?: string): string | null {
  const encoding = markOf(bytes) ?? encodingOf(charset) ?? "utf-8";
  if (!encoding.startsWith("utf-16") && bytes.subarray(0, 8192).includes(0)) return null;
  return strictly(bytes, encoding);
}

/** Whether the bytes begin as a page does. */
export function looksLikePage(bytes: Uint8Array): boolean {
  const ascii = headOf(bytes)
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "")
    .replaceAll("\0", "");
  return /^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(ascii);
}

function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString("latin1");
}

function markOf(bytes: Uint8Array): Encoding | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf-8" : null;
}

/** UTF-16 without its mark: a page begins with "<". */
function wideIn(head: string): Encoding | null {
  return head.startsWith("<\0") ? "utf-16le" : head.startsWith("\0<") ? "utf-16be" : null;
}

/** `<meta charset>`, its older form with `http-equiv`, or an XML declaration. */
function declaredIn(head: string): string | undefined {
  const xml = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)/i.exec(head)?.[1];
  const tags = head.replace(/<!--[^]*?(?:-->|$)/g, " ");
  return /<meta\s[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(tags)?.[1] ?? xml;
}

/** A stray NUL or two are mistakes; pictures and archives have control characters throughout. */
function isBinary(head: string): boolean {
  const controls = head.match(/(?![\t-\r\x7f-\x9f])\p{Cc}/gu)?.length ?? 0;
  return controls > 2 + head.length * 0.02;
}

function encodingOf(label: string | undefined): Encoding | null {
  try {
    return label === undefined || label === "" ? null : new TextDecoder(label).encoding;
  } catch {
    return null; // a name that nobody knows says nothing
  }
}

function decode(bytes: Uint8Array, encoding: Encoding): string {
  return new TextDecoder(encoding).decode(bytes);
}

function strictly(bytes: Uint8Array, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Whether more of its characters are whole than broken; of an older encoding hardly one byte above ASCII is whole. */
function isBrokenUtf8(bytes: Uint8Array): boolean {
  let [whole, broken] = [0, 0];
  for (const [character] of decode(bytes, "utf-8").matchAll(/[^\0-\x7f]/gu)) {
    if (character === "\uFFFD") broken++;
    else whole++;
  }
  return whole > broken;
}
