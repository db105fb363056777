/** Steps `speech` and `remaster`: one fragment is spoken where it must be, mastered and encoded. */
import { z } from "zod";
import { encodingsOf, type FormatId } from "../media/formats.ts";
import type { Part } from "../media/parts.ts";
import {
  CEILING_DBTP,
  forgetFragments,
  keyOfFragment,
  saveFragments,
  type MadeFragment,
} from "../narration/fragments.ts";
import { charactersOf } from "../narration/plan.ts";
import {
  claimSegments,
  finishSegments,
  readySegments,
  type BoughtSegment,
  type Claimant,
  type ReadySegment,
} from "../narration/speech-segments.ts";
import { waste } from "../ledger/ledger.ts";
import { PermanentError, RetryLater, type Task, type TaskContext } from "../orchestrator/task.ts";
import {
  SpeechError,
  VoiceError,
  type Speech,
  type SpeechProvider,
  type SpeechRequest,
} from "../providers/speech/speech.ts";
import { keyOf, NotStored, type Storage } from "../storage/storage.ts";
import type { NarrationTools } from "./narrate.ts";
import { fragmentToMake, mastering, type FragmentToMake, type Mastering } from "./narrate-plan.ts";
import { forgetLostSegments } from "./lost-audio.ts";
import { providerOf, voiceInUse, type VoiceInUse } from "./voice-in-use.ts";

const formats = z.array(z.custom<FormatId>((value) => typeof value === "string"));
const speechInput = z.object({ fragment: fragmentToMake, voice: voiceInUse, formats, plan: mastering });
const remasterInput = z.object({ fragment: fragmentToMake, formats, plan: mastering });
const made = z.object({ samples: z.int() });

/** How soon a segment that another attempt is buying is looked for again, ms. */
const BUSY_MS = 250;

export function speechTask(tools: NarrationTools): Task<z.infer<typeof speechInput>, z.infer<typeof made>> {
  return {
    type: "speak_fragment",
    input: speechInput,
    output: made,
    async run({ fragment, voice, formats: wanted, plan }, context) {
      tools.studio.warm(); // while the voice speaks
      const spoken = await speak(tools, fragment, voice, context);
      context.progress(0.5);
      return makeFragment(tools, { fragment, formats: wanted, plan }, spoken, context.signal);
    },
  };
}

export function remasterTask(tools: NarrationTools): Task<z.infer<typeof remasterInput>, z.infer<typeof made>> {
  return {
    type: "master_fragment",
    input: remasterInput,
    output: made,
    async run(job, { signal }) {
      const spoken = await readySegments(
        tools.db,
        job.fragment.segments.map((segment) => segment.fingerprint),
      );
      return makeFragment(tools, job, spoken, signal).catch(async (error: unknown) => {
        // a new run must not find this fragment at another gain, and come back here: its speech is to be made again
        if (error instanceof NotStored) await forgetFragments(tools.db, "base_key", [job.fragment.base]);
        throw error;
      });
    },
  };
}

/** Buys what is missing of a fragment and answers all of its segments. */
async function speak(
  tools: NarrationTools,
  fragment: FragmentToMake,
  voice: VoiceInUse,
  context: TaskContext,
): Promise<Map<string, ReadySegment>> {
  const provider = providerOf(tools.providers, voice.provider, voice.key);
  const claimant: Claimant = { ...context.token, executionId: context.executionId, ownerId: context.ownerId };
  const texts = new Map(fragment.segments.map((segment) => [segment.fingerprint, segment.text]));
  const wanted = [...texts].map(([fingerprint, text]) => ({
    fingerprint,
    provider: provider.name,
    model: provider.model,
    voice: voice.voice,
    language: voice.language,
    characters: charactersOf(text),
    pricePerCharacter: provider.price,
  }));
  let claims = await claimSegments(tools.db, claimant, wanted);
  if (await forgetLostSegments(tools, claims.ready, wanted)) claims = await claimSegments(tools.db, claimant, wanted);
  const { ready, mine, busy } = claims;
  for (const segment of await buy(tools, provider, voice, claimant, texts, mine, context.signal)) {
    ready.set(segment.fingerprint, segment);
  }
  if (busy.length > 0) throw new RetryLater(BUSY_MS, `${busy.length} segments are being spoken elsewhere.`);
  return ready;
}

async function buy(
  tools: NarrationTools,
  provider: SpeechProvider,
  voice: VoiceInUse,
  claimant: Claimant,
  texts: Map<string, string>,
  mine: Map<string, string>,
  signal: AbortSignal,
): Promise<ReadySegment[]> {
  if (mine.size === 0) return [];
  const { db, storage } = tools;
  const requests = [...mine.keys()].map((fingerprint): SpeechRequest => {
    const { voice: id, language, settings } = voice;
    return { voice: id, language, settings, text: texts.get(fingerprint)!, path: storage.scratch() };
  });
  try {
    const speeches = await provider.speak(requests, { signal }).catch(async (error: unknown) => {
      if (error instanceof SpeechError || error instanceof VoiceError) await waste(db, [...mine.values()]);
      throw asTaskError(error);
    });
    const spoken = speeches.map((speech, index) => ({ ...speech, path: requests[index]!.path }));
    const bought = await keep(tools, [...mine], spoken, signal);
    const accepted = await finishSegments(db, claimant, bought);
    const refused = bought.filter((segment) => !accepted.has(segment.fingerprint));
    if (refused.length > 0) throw new RetryLater(0, "The right to buy these segments passed to another attempt.");
    return bought;
  } finally {
    await Promise.all(requests.map(({ path }) => storage.discard(path)));
  }
}

/** T2: the bytes, before anything depends on them; then what they sound like. */
async function keep(
  { storage, studio }: NarrationTools,
  mine: [fingerprint: string, ledgerId: string][],
  spoken: (Speech & { path: string })[],
  signal: AbortSignal,
): Promise<BoughtSegment[]> {
  const stored = await Promise.all(spoken.map(({ path }) => storage.adopt(path)));
  const paths = await Promise.all(stored.map(({ key }) => storage.local(key)));
  const sounds = spoken.map(({ encoding, sampleRate, samples }, index) => {
    return { path: paths[index]!, encoding, sampleRate, samples };
  });
  const inspected = await studio.inspect({ sounds }, { signal });
  return mine.map(([fingerprint, ledgerId], index) => {
    const { encoding, sampleRate, samples, words } = spoken[index]!;
    const { sha256: audioSha256, bytes: audioBytes } = stored[index]!;
    const { powers: loudness } = inspected[index]!;
    return { fingerprint, ledgerId, audioSha256, audioBytes, encoding, sampleRate, samples, words, loudness };
  });
}

/** A provider's failures as the orchestrator knows them: wait, give up, or try again with backoff. */
function asTaskError(error: unknown): unknown {
  if (error instanceof VoiceError) return new PermanentError(error.message, { code: "voice", cause: error });
  if (!(error instanceof SpeechError)) return error;
  const { failure, message } = error;
  if (failure.kind === "rate-limited") return new RetryLater(failure.retryAfterMs, message);
  if (failure.kind === "transient") return error;
  return new PermanentError(message, { code: failure.kind.replace("-", "_"), cause: error });
}

type MakeJob = { fragment: FragmentToMake; formats: FormatId[]; plan: Mastering };

async function makeFragment(
  { db, storage, studio }: NarrationTools,
  { fragment, formats: wanted, plan }: MakeJob,
  spoken: Map<string, ReadySegment>,
  signal: AbortSignal,
): Promise<{ samples: number }> {
  const parts = await Promise.all(fragment.segments.map((segment) => partOf(storage, segment, spoken)));
  const outputs = encodingsOf(wanted).map((encoding) => ({ encoding, path: storage.scratch() }));
  const { sample_rate: sampleRate, gain_db: gainDb } = plan;
  try {
    const mastered = await studio.master({ parts, sampleRate, gainDb, ceilingDbtp: CEILING_DBTP, outputs }, { signal });
    const fragments = mastered.outputs.map(async ({ encoding, frames }, index): Promise<MadeFragment> => {
      const { sha256, bytes } = await storage.adopt(outputs[index]!.path);
      const key = keyOfFragment(fragment.base, gainDb, encoding);
      const { samples, powers: loudness, peaks } = mastered;
      const { base } = fragment;
      return { key, encoding, base, gainDb, audioSha256: sha256, bytes, frames, samples, loudness, peaks };
    });
    await saveFragments(db, await Promise.all(fragments));
    return { samples: mastered.samples };
  } finally {
    await Promise.all(outputs.map(({ path }) => storage.discard(path)));
  }
}

export async function partOf(
  storage: Storage,
  segment: { fingerprint: string; pause_after: number },
  spoken: Map<string, ReadySegment>,
): Promise<Part> {
  const found = spoken.get(segment.fingerprint);
  if (!found) throw new Error(`The segment ${segment.fingerprint} should be there, but is not.`);
  const { encoding, sampleRate, samples } = found;
  return {
    path: await storage.local(keyOf(found.audioSha256)),
    encoding,
    sampleRate,
    samples,
    pauseAfter: segment.pause_after,
  };
}
