/**
 * Words and their times from the engine's events.
 *
 * The events repeat ("1945" comes as `1945`, `945 `, `945 `), stop inside words (`Don` for "Don't", one for each letter of
 * what it spells), point between words (behind an emoji), and leave out words that it speaks as one with
 * their neighbour. So the words come from the text, and an event only tells when the word it falls into begins.
 */
import type { SpokenWord } from "./speech.ts";

/** A word begins: `offset` UTF-16, where in the text the engine says it is; `sample`: when. In the order of speaking. */
export type WordEvent = { offset: number; sample: number };

/** A word, and the run of the text around it (its punctuation too) in which events mean it. */
type Span = { start: number; end: number; runStart: number; runEnd: number };

// Scripts written without spaces between words: there an event may begin a word anywhere.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const RUN = /[^\s—–…、。，！？；：・「」『』（）《》〈〉\u200b]+/gu;
/** Below this a sample is a pause of the engine's. */
const SILENT = 2;
const SOUNDLESS = /[\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Pd}\p{Cc}\p{Cf}.,;:!?'"¿¡،؛؟।॥]/u;

/** `audio`: what the samples of the events count in. A word lasts until the next one, without the silence between. */
export function spokenWords(text: string, events: WordEvent[], audio: Int16Array): SpokenWord[] {
  const spans = wordSpans(text, events);
  const words = timed(spans, beginnings(spans, events, audio.length), audio.length);
  return words.map((word) => ({ ...word, to: endOfSound(audio, word) }));
}

/** The words of the text, without the punctuation around them; none for punctuation that stands alone. */
function wordSpans(text: string, events: WordEvent[]): Span[] {
  const starts = new Set(events.map(({ offset }) => offset));
  const spans: Span[] = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const end = index + run.length;
    let runStart = index;
    for (let at = index + 1; at <= end; at++) {
      if (at < end && !(starts.has(at) && UNSPACED.test(String.fromCodePoint(text.codePointAt(at)!)))) continue;
      const word = withoutPunctuation(text, runStart, at);
      if (word) spans.push({ ...word, runStart, runEnd: at });
      runStart = at;
    }
  }
  return spans;
}

function withoutPunctuation(text: string, start: number, end: number): { start: number; end: number } | null {
  while (start < end && SOUNDLESS.test(text[start]!)) start++;
  while (end > start && SOUNDLESS.test(text[end - 1]!)) end--;
  return start < end ? { start, end } : null;
}

/** Where the spans begin, by index, rising in text and time; not all have an event of their own. */
function beginnings(spans: Span[], events: WordEvent[], samples: number): Map<number, number> {
  const begin = new Map<number, number>();
  const own = new Set(events.map(({ offset }) => spanAt(spans, offset)));
  let last = { index: -1, at: 0 };
  for (const { offset, sample } of events) {
    const index = spanFrom(spans, offset);
    const span = spans[index];
    // On a dash or a space it means the word behind, if that one has no event of its own ("- fish" in some languages).
    if (!span || index <= last.index || (offset < span.runStart && own.has(index))) continue;
    last = { index, at: Math.min(Math.max(sample, last.at), samples) };
    begin.set(index, last.at);
  }
  return begin;
}

/** The span whose run holds the offset. */
function spanAt(spans: Span[], offset: number): number | null {
  const index = spanFrom(spans, offset);
  return index < spans.length && spans[index]!.runStart <= offset ? index : null;
}

/** The first span whose run ends behind the offset; `spans.length` if none does. */
function spanFrom(spans: Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.runEnd <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Words without an event share, by their length, the time of the word before them. */
function timed(spans: Span[], begin: Map<number, number>, samples: number): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (let index = 0, next = 0; index < spans.length; index = next) {
    next = index + 1;
    while (next < spans.length && !begin.has(next)) next++;
    const from = begin.get(index) ?? 0; // only the first can lack it
    words.push(...shared(spans.slice(index, next), from, begin.get(next) ?? samples));
  }
  return words;
}

function shared(spans: Span[], from: number, to: number): SpokenWord[] {
  const total = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  let before = 0;
  const at = (length: number) => from + Math.round(((to - from) * length) / total);
  return spans.map(({ start, end }) => {
    const begin = at(before);
    before += end - start;
    return { start, end, from: begin, to: at(before) };
  });
}

function endOfSound(audio: Int16Array, { from, to }: SpokenWord): number {
  let end = to;
  while (end > from && Math.abs(audio[end - 1]!) < SILENT) end--;
  return end > from ? end : to;
}
