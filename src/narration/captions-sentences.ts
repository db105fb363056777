import type { CaptionSentence } from "./captions.ts";
import type { Token } from "./script.ts";
import { sentenceStarts } from "./sentence.ts";
import type { TokenTime } from "./words.ts";

/** A block's sentences with the times of their tokens (`blockTimes`), whatever unit its voice speaks at once. */
export function captionSentences(
  tokens: readonly Token[],
  times: readonly TokenTime[],
  locale: string,
): CaptionSentence[] {
  const borders = [0, ...sentenceStarts(tokens, locale), tokens.length];
  return borders.slice(1).flatMap((to, index) => {
    const timed = tokens.slice(borders[index], to).flatMap(({ display, glue }, at) => {
      const time = times[borders[index]! + at];
      return time ? [{ display, ...(glue && { glue }), start: time.start, end: time.end }] : [];
    });
    return timed.length > 0 ? [{ start: timed[0]!.start, end: timed.at(-1)!.end, tokens: timed }] : [];
  });
}
