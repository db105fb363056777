import type { Script, Token } from "./script.ts";
import type { TokenTime } from "./words.ts";

/** A block's tokens with the time of each on the timeline (`blockTimes`); both are of one length. */
export type TimedBlock = { block: number; tokens: readonly Token[]; times: readonly TokenTime[] };

/**
 * `words.json`, a piece of the file at a time: every token of the script that has a place in the narration, in order, one
 * on a line. Times are seconds to the microsecond: multiplied by `sample_rate` and rounded they are the exact sample.
 * docs/words.md describes the fields.
 */
export function* wordsJson(script: Script, blocks: Iterable<TimedBlock>, sampleRate: number): Generator<string> {
  yield `{"version":1,"sample_rate":${sampleRate},"words":[`;
  let before = "\n";
  for (const { block, tokens, times } of blocks) {
    const { id } = script.blocks[block]!;
    for (const [index, { display, spoken, source, glue }] of tokens.entries()) {
      const { start, end, origin } = times[index]!;
      const word = {
        display,
        ...(spoken !== display && { spoken }),
        ...(glue && { glue }),
        start: seconds(start, sampleRate),
        end: seconds(end, sampleRate),
        origin,
        source,
        block: id,
      };
      yield `${before}${JSON.stringify(word)}`;
      before = ",\n";
    }
  }
  yield "\n]}\n";
}

function seconds(samples: number, sampleRate: number): number {
  return Number((samples / sampleRate).toFixed(6));
}
