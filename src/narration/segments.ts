import { isToken, type ScriptBlock, type Token } from "./script.ts";
import { sentenceLocale, tokenLanguages } from "./script-languages.ts";
import { sentenceStarts } from "./sentence.ts";
import { cutLong, type Border, type Piece } from "./segments-cut.ts";

/** Raised whenever a border may fall elsewhere for the same text; the golden borders in the tests hold it in place. */
export const segmenterVersion = 2;

/** A sentence is not sent to a voice in one piece when it has more characters than this, whatever the voice allows. */
export const longestSentence = 400;

export type Segment = {
  /** Exactly what is sent to the voice. */
  text: string;
  /** The block's tokens from `from` up to `to`, markers not counted. Every token of a block stands in one or more. */
  tokens: [from: number, to: number];
  /** Where `text` is only a part of its tokens' spoken text (a sentence cut inside a token): UTF-16 offsets into that. */
  part?: [start: number, end: number];
  /** What `text` ends with; says how long a pause suits. */
  border: Border;
  /** BCP 47; only where these words are in another language than the script. */
  language?: string;
  /** A pause marker before the first words of the block, ms. */
  pauseBeforeMs?: number;
  /** A pause marker behind these words, ms; takes the place of the usual pause. Several in one place add up. */
  pauseAfterMs?: number;
};

export type SegmentOptions = {
  /** BCP 47; chooses the rules for abbreviations. */
  locale: string;
  /** What the voice takes in one call, in UTF-16 units. At least 2. */
  maxCharacters: number;
  /** What the voice wants at once; a paragraph is one segment unless it is longer than `maxCharacters`. */
  unit?: "sentence" | "paragraph";
};

/** Cuts a block into what is spoken at once. A segment depends on its own sentence alone, never on its place. */
export function segmentBlock(block: ScriptBlock, o: SegmentOptions): Segment[] {
  if (!Number.isInteger(o.maxCharacters) || o.maxCharacters < 2) {
    throw new RangeError(`Expected \`maxCharacters\` to be an integer of 2 or more, got ${o.maxCharacters}.`);
  }
  const { tokens, pauses } = split(block);
  const spoken = speak(tokens);
  const languages = tokenLanguages(block, o.locale);
  const starts = sentenceStarts(tokens, sentenceLocale(languages, o.locale));
  const segments: Segment[] = [];
  let leading = 0;
  for (const stretch of stretches(tokens, starts, pauses, languages, o.unit ?? "sentence")) {
    const language = languages[stretch.from] ?? null;
    const pieces = cutStretch(spoken, stretch, o);
    for (const piece of pieces) {
      const segment = toSegment(spoken, piece);
      segments.push(language === null ? segment : { ...segment, language });
    }
    const last = segments.at(-1);
    // A mark on its own behind words of another language ends their sentence.
    if (pieces.length === 0 && last && stretch.border === "sentence") last.border = "sentence";
    if (stretch.pauseMs === undefined) continue;
    if (last) last.pauseAfterMs = (last.pauseAfterMs ?? 0) + stretch.pauseMs;
    else leading += stretch.pauseMs;
  }
  if (leading > 0 && segments[0]) segments[0].pauseBeforeMs = leading;
  return coverAll(segments, spoken);
}

/** UTF-16 offsets in `segment.text` of each of its tokens, in order; a token of which nothing is said has none of it. */
export function tokenSpans(segment: Segment, tokens: readonly Token[]): [start: number, end: number][] {
  const { starts, ends } = speak(tokens.slice(...segment.tokens));
  const from = segment.part?.[0] ?? 0;
  const clip = (offset: number) => Math.min(Math.max(offset - from, 0), segment.text.length);
  return starts.map((start, index) => [clip(start), clip(ends[index]!)]);
}

type Spoken = { tokens: Token[]; text: string; starts: number[]; ends: number[] };
type Stretch = { from: number; to: number; borders: number[]; border: Border; pauseMs?: number };

/** The tokens' spoken text in one, joined as `spokenText` does it, and where each stands in it. */
function speak(tokens: Token[]): Spoken {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let length = 0;
  for (const token of tokens) {
    if (token.spoken !== "" && length > 0 && !token.glue) length += parts.push(" ") && 1;
    starts.push(length);
    if (token.spoken !== "") parts.push(token.spoken);
    ends.push((length += token.spoken.length));
  }
  return { tokens, text: parts.join(""), starts, ends };
}

function split(block: ScriptBlock): { tokens: Token[]; pauses: Map<number, number> } {
  const tokens: Token[] = [];
  const pauses = new Map<number, number>();
  for (const part of block.inline) {
    if (isToken(part)) tokens.push(part);
    else if (part.marker === "pause") pauses.set(tokens.length, (pauses.get(tokens.length) ?? 0) + part.ms);
  }
  return { tokens, pauses };
}

/** Sentences (or the paragraph), cut at pause markers and where the language changes too. `borders`: the sentences that begin inside. */
function* stretches(
  tokens: Token[],
  sentences: number[],
  pauses: Map<number, number>,
  languages: (string | null)[],
  unit: "sentence" | "paragraph",
): Generator<Stretch> {
  const { length } = tokens;
  const real = new Set(sentences);
  const changes = languages.flatMap((language, at) => (at > 0 && language !== languages[at - 1] ? [at] : []));
  const cuts = new Set([...(unit === "sentence" ? sentences : []), ...pauses.keys(), ...changes, length]);
  let from = 0;
  let nextSentence = 0;
  for (const to of [...cuts].sort((a, b) => a - b)) {
    const borders: number[] = [];
    while (nextSentence < sentences.length && sentences[nextSentence]! < to) {
      const start = sentences[nextSentence++]!;
      if (start > from) borders.push(start);
    }
    const border = to === length || real.has(to) ? "sentence" : pauses.has(to) ? "clause" : borderInside(tokens[to]!);
    const pauseMs = pauses.get(to);
    yield { from, to, borders, border, ...(pauseMs === undefined ? {} : { pauseMs }) };
    from = to;
  }
}

/** Where only the language changes, a sentence goes on. */
function borderInside(next: Token): Border {
  return next.glue ? "character" : "word";
}

function cutStretch(spoken: Spoken, stretch: Stretch, o: SegmentOptions): Piece[] {
  if (stretch.from === stretch.to) return [];
  const limit = o.unit === "paragraph" ? o.maxCharacters : Math.min(longestSentence, o.maxCharacters);
  const from = spoken.starts[stretch.from]!;
  const to = spoken.ends[stretch.to - 1]!;
  const sentences = stretch.borders.map((token) => spoken.starts[token]!);
  const glued = () => {
    const offsets: number[] = [];
    for (let index = stretch.from + 1; index < stretch.to; index++) {
      if (spoken.tokens[index]!.glue) offsets.push(spoken.starts[index]!);
    }
    return offsets;
  };
  return cutLong(spoken.text, { from, to, border: stretch.border }, { limit, sentences, glued });
}

/** Which token an offset lies in: the last that begins at or before it. */
function tokenAt(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}

function toSegment(spoken: Spoken, piece: Piece): Segment {
  const from = tokenAt(spoken.starts, piece.from);
  const to = tokenAt(spoken.starts, piece.to - 1) + 1;
  return {
    text: spoken.text.slice(piece.from, piece.to),
    tokens: [from, to],
    border: piece.border,
    part: [piece.from, piece.to],
  };
}

/**
 * Gives tokens without a segment of their own (shown only, or marks that say nothing) to the one before, or the first,
 * and turns each `part` from offsets into the block into offsets into its tokens.
 */
function coverAll(segments: Segment[], { tokens, starts, ends }: Spoken): Segment[] {
  let covered = 0;
  for (const [index, segment] of segments.entries()) {
    const [from, to] = segment.part!;
    const range = segment.tokens;
    range[0] = Math.min(range[0], covered);
    const next = segments[index + 1]?.tokens[0] ?? tokens.length;
    range[1] = covered = Math.max(range[1], next);
    let first = range[0];
    while (tokens[first]!.spoken === "") first++;
    if (from === starts[first] && to === ends[range[1] - 1]) delete segment.part;
    else segment.part = [from - starts[first]!, to - starts[first]!];
  }
  return segments;
}
