import { closingTag, openingTag } from "./html-tags.ts";

/** What ends a block of raw HTML: a blank line, or the line on which this stands. */
export type HtmlBlockEnd = "blank" | RegExp;

// The names of CommonMark 0.31 §4.6, condition 6.
const blockNames = new Set(
  `address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset
  figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu
  menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track
  ul`.split(/\s+/),
);

/** Whether the line (from its first mark) opens a block of raw HTML, and until when; null where it does not. */
export function htmlBlockStart(line: string, inParagraph: boolean): HtmlBlockEnd | null {
  if (/^<(?:script|pre|style|textarea)(?:[\s>]|$)/i.test(line)) return /<\/(?:script|pre|style|textarea)>/i;
  if (line.startsWith("<!--")) return /-->/;
  if (line.startsWith("<?")) return /\?>/;
  if (/^<![a-z]/i.test(line)) return />/;
  if (line.startsWith("<![CDATA[")) return /\]\]>/;
  const name = /^<\/?([a-z][a-z0-9-]*)(?=[\s/>]|$)/i.exec(line)?.[1];
  // A component's name (MDX) begins with a capital: what it holds is Markdown.
  if (name === undefined || /^[A-Z](?=.*[a-z])/.test(name)) return null;
  if (blockNames.has(name.toLowerCase())) return "blank";
  if (inParagraph) return null;
  const end = openingTag(line, 0)?.end ?? closingTag(line, 0)?.end;
  return end !== undefined && line.slice(end).trim() === "" ? "blank" : null;
}

export function htmlBlockEnd(line: string, until: RegExp): boolean {
  // "<!-->" is whole, but the dashes of "<!--->" open and close nothing else.
  return until.test(line.startsWith("<!--") ? line.slice(2) : line);
}
