import { createHash } from "node:crypto";
import { z } from "zod";
import type { BlockKind, SpeakableDocument } from "./document.ts";
import { normalise } from "./normalise/normalise.ts";
import { tokensOf } from "./tokens.ts";

/*
 * A script is what is sent to a voice: blocks of tokens and markers. A token is one run without white space; captions
 * show its `display`, the voice gets its `spoken`, a player finds its `source`. Tokens are joined with one space, save
 * before one that has `glue`.
 *
 * Markers stand before what they shape and are never read aloud. `pause` is a point. `mood` holds until the next
 * `mood` or the end of its block. The others cover the next `tokens` tokens of their block (1 where it is left out):
 * counted, not closed, so that no edit can leave one open over the rest of a text.
 */

export const blockKinds = [
  "heading",
  "paragraph",
  "item",
  "quote",
  "row",
  "caption",
  "code",
  "image",
  "note",
] as const satisfies readonly BlockKind[];

// Line breaks and control characters would end a caption or a request early.
const line = z.string().regex(/^[^\p{Cc}\u2028\u2029]*$/u, "must not hold control characters or line breaks");
const offset = z.int().nonnegative();
const span = z.int().min(1).optional();

export const tokenSchema = z.strictObject({
  display: line,
  spoken: line,
  source: z
    .tuple([offset, offset])
    .refine(([start, end]) => start <= end, "must end at or after its start")
    .nullable(),
  glue: z.literal(true).optional(),
});

export const languageTag = z.string().refine(isLanguageTag, "must be a BCP 47 tag, such as `en` or `id-ID`");

export const markerSchema = z.discriminatedUnion("marker", [
  z.strictObject({ marker: z.literal("pause"), ms: z.int().min(0).max(60_000) }),
  z.strictObject({
    marker: z.literal("emphasis"),
    level: z.enum(["strong", "moderate", "reduced"]),
    tokens: span,
  }),
  z.strictObject({ marker: z.literal("mood"), name: z.string().regex(/^[\p{L}][\p{L}\p{N} _-]{0,39}$/u) }),
  z.strictObject({ marker: z.literal("whisper"), tokens: span }),
  z.strictObject({
    marker: z.literal("say-as"),
    kind: z.enum(["characters", "cardinal", "ordinal", "digits", "date", "time", "telephone", "unit", "money"]),
    tokens: span,
  }),
  z.strictObject({ marker: z.literal("phoneme"), ipa: line.min(1).max(200), tokens: span }),
  z.strictObject({ marker: z.literal("language"), tag: languageTag, tokens: span }),
]);

export const blockSchema = z.strictObject({
  id: z.string().min(1).max(100),
  kind: z.enum(blockKinds),
  level: z.int().min(1).optional(),
  inline: z.array(z.union([tokenSchema, markerSchema])),
});

export const scriptSchema = z.strictObject({
  version: z.literal(1),
  mode: z.enum(["verbatim", "llm"]),
  locale: languageTag,
  title: z.string().nullable(),
  blocks: z.array(blockSchema).superRefine((blocks, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of blocks.entries()) {
      if (seen.has(id)) context.addIssue({ code: "custom", path: [index, "id"], message: `is used twice: ${id}` });
      seen.add(id);
    }
  }),
});

export type Token = z.infer<typeof tokenSchema>;
export type Marker = z.infer<typeof markerSchema>;
export type ScriptBlock = z.infer<typeof blockSchema>;
export type Script = z.infer<typeof scriptSchema>;

/** The script that says a document as it is written, its numbers and abbreviations as a reader of its language would. */
export function verbatimScript(document: SpeakableDocument, locale: string): Script {
  const seen = new Map<string, number>();
  const blocks: ScriptBlock[] = [];
  for (const block of document.blocks) {
    const inline = tokensOf(block).flatMap(({ language, tokens }) => {
      const said = normalise(tokens, language ?? locale);
      return language === null ? said : [languageMarker(language, said.length), ...said];
    });
    const tokens = inline.filter(isToken);
    if (spokenText(tokens) === "") continue;
    const { kind, level } = block;
    const id = blockId(kind, displayText(tokens), seen);
    blocks.push(level === undefined ? { id, kind, inline } : { id, kind, level, inline });
  }
  return { version: 1, mode: "verbatim", locale, title: document.title, blocks };
}

function languageMarker(tag: string, tokens: number): Marker {
  return { marker: "language", tag, tokens };
}

/** @throws {Error} that names each place where the value is no script, and what is expected there */
export function parseScript(value: unknown): Script {
  const parsed = scriptSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const found = parsed.error.issues.slice(0, 5).map((issue) => describe(value, issue));
  const more = parsed.error.issues.length > 5 ? `; and ${parsed.error.issues.length - 5} more` : "";
  throw new Error(`This is no narration script. ${found.join("; ")}${more}.`, { cause: parsed.error });
}

/** What the voice gets: the spoken forms, one space between, none before `glue`. */
export function spokenText(tokens: readonly Token[]): string {
  return joined(tokens, "spoken");
}

/** What captions show. */
export function displayText(tokens: readonly Token[]): string {
  return joined(tokens, "display");
}

export function isToken(part: Token | Marker): part is Token {
  return !("marker" in part);
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function joined(tokens: readonly Token[], form: "spoken" | "display"): string {
  let text = "";
  // A token that says nothing still parts its neighbours, unless it was glued to the one before.
  let apart = false;
  for (const token of tokens) {
    if (token.glue !== true) apart = true;
    if (token[form] === "") continue;
    text += apart && text !== "" ? ` ${token[form]}` : token[form];
    apart = false;
  }
  return text;
}

// Of what it says, not of where it stands: an edit elsewhere leaves it. The second of two equal blocks is "…-2".
export function blockId(kind: BlockKind, text: string, seen: Map<string, number>): string {
  const hash = createHash("sha256").update(`${kind}\n${text}`).digest("hex").slice(0, 16);
  const count = (seen.get(hash) ?? 0) + 1;
  seen.set(hash, count);
  return count === 1 ? hash : `${hash}-${count}`;
}

type Issue = z.core.$ZodIssue;

// A union reports each of its members: the one that was meant is told by `marker`.
function describe(value: unknown, issue: Issue): string {
  const at = issue.path.length === 0 ? "The script" : `\`${issue.path.join(".")}\``;
  if (issue.code !== "invalid_union" || issue.errors.length < 2) return `${at}: ${issue.message}`;
  const meant = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], value);
  const isMarker = typeof meant === "object" && meant !== null && "marker" in meant;
  const inner = issue.errors[isMarker ? 1 : 0]?.[0];
  return inner === undefined
    ? `${at}: ${issue.message}`
    : describe(meant, { ...inner, path: inner.path }).replace(/^(?:The script|`)/, (start) =>
        start === "`" ? `\`${issue.path.join(".")}.` : at,
      );
}
