/** Whether what a voice delivered is the speech that was asked for. */
import type { Inspected } from "../media/inspect.ts";
import { brokenSpeech, paceOf, secondsPerUnit } from "../narration/speech-check.ts";
import type { BoughtSegment } from "../narration/speech-segments.ts";
import type { RefusedTake } from "../narration/speech-takes.ts";
import type { VoiceInUse } from "./voice-in-use.ts";

/** A segment as it was bought, with what its sound is like. */
export type Take = BoughtSegment & Pick<Inspected, "peak" | "atFullScale">;
type Spoken = { text: string; /** BCP 47. */ language: string };

/** What a voice has said in this process tells how fast it speaks: so many of its latest texts. */
const REMEMBERED = 200;
const paces = new Map<string, number[]>();

/** A step after five takes that were no speech; says which sentence. */
export class BrokenSpeech extends Error {
  override name = "BrokenSpeech";
  code = "broken_speech";
}

/**
 * The takes that are no speech, with what is wrong with them. `knownPace`: seconds a unit, as the plan found it among what is
 * stored, for a voice that has said little in this process yet.
 */
export function refusedOf(
  takes: readonly Take[],
  spoken: ReadonlyMap<string, Spoken>,
  voice: VoiceInUse,
  knownPace: number | null,
): RefusedTake[] {
  const known = pacesOf(voice);
  return takes.flatMap((take) => {
    const { text, language } = spoken.get(take.fingerprint)!;
    const own = language === voice.language; // another language has another pace
    const verdict = brokenSpeech(text, language, take, own ? (paceOf(known) ?? knownPace) : null);
    if (verdict !== null) return [{ ...take, verdict }];
    const pace = own ? secondsPerUnit(text, language, take) : null;
    if (pace !== null) known.push(pace);
    if (known.length > REMEMBERED) known.shift();
    return [];
  });
}

function pacesOf({ provider, model, voice, settings, language }: VoiceInUse): number[] {
  const key = JSON.stringify([provider, model, voice, Object.entries(settings).toSorted(), language]);
  const known = paces.get(key) ?? [];
  paces.set(key, known);
  return known;
}

/** The error of an attempt whose takes were refused. */
export function brokenTakes(
  refused: RefusedTake[],
  spoken: ReadonlyMap<string, Spoken>,
  voice: VoiceInUse,
): BrokenSpeech {
  const [first, ...others] = refused;
  const { text } = spoken.get(first!.fingerprint)!;
  const sentence = text.length > 200 ? `${text.slice(0, 200).toWellFormed()}…` : text;
  const more = others.length > 0 ? ` ${others.length} more are broken, too.` : "";
  return new BrokenSpeech(
    `The voice "${voice.key}" delivered broken audio for ${JSON.stringify(sentence)}: it is ${first!.verdict}.${more} ` +
      `Try again, or change the sentence or the voice.`,
  );
}
