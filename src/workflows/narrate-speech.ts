/** Steps `speech` and `remaster`: one fragment is spoken where it must be, mastered and encoded. */
import { z } from "zod";
import type { FormatId } from "../media/formats.ts";
import { powerMeter } from "../media/loudness.ts";
import type { Part } from "../media/parts.ts";
import { CEILING_DBTP, keyOfFragment, saveFragments, type Fragment } from "../narration/fragments.ts";
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
import { SpeechError, VoiceError, type Speech, type SpeechProvider } from "../providers/speech/speech.ts";
import { keyOf, type Storage } from "../storage/storage.ts";
import type { NarrationTools } from "./narrate.ts";
import { fragmentToMake, mastering, type FragmentToMake, type Mastering } from "./narrate-plan.ts";
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
      return makeFragment(tools, job, spoken, signal);
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
  const segments = new Map(fragment.segments.map((segment) => [segment.fingerprint, segment]));
  const wanted = [...segments.values()].map(({ fingerprint, text, language }) => ({
    fingerprint,
    provider: provider.name,
    model: provider.model,
    voice: voice.voice,
    language: language ?? voice.language,
    characters: charactersOf(text),
    pricePerCharacter: provider.price,
  }));
  const { ready, mine, busy } = await claimSegments(tools.db, claimant, wanted);
  for (const segment of await buy(tools, provider, voice, claimant, segments, mine, context.signal)) {
    ready.set(segment.fingerprint, segment);
  }
  if (busy.length > 0) throw new RetryLater(BUSY_MS, `${busy.length} segments are being spoken elsewhere.`);
  return ready;
}

async function buy(
  { db, storage }: NarrationTools,
  provider: SpeechProvider,
  voice: VoiceInUse,
  claimant: Claimant,
  segments: Map<string, FragmentToMake["segments"][number]>,
  mine: Map<string, string>,
  signal: AbortSignal,
): Promise<ReadySegment[]> {
  if (mine.size === 0) return [];
  const fingerprints = [...mine.keys()];
  const requests = fingerprints.map((fingerprint) => {
    const { text, language } = segments.get(fingerprint)!;
    const spoken = language === undefined ? { language: voice.language } : { language, foreign: true as const };
    return { voice: voice.voice, settings: voice.settings, text, ...spoken };
  });
  const speeches = await provider.speak(requests, { signal }).catch(async (error: unknown) => {
    if (error instanceof SpeechError || error instanceof VoiceError) await waste(db, [...mine.values()]);
    throw asTaskError(error);
  });
  const bought = await Promise.all(
    speeches.map((speech, index) => store(storage, fingerprints[index]!, mine.get(fingerprints[index]!)!, speech)),
  );
  const accepted = await finishSegments(db, claimant, bought);
  const refused = bought.filter((segment) => !accepted.has(segment.fingerprint));
  if (refused.length > 0) throw new RetryLater(0, "The right to buy these segments passed to another attempt.");
  return bought.map((segment) => ({ ...segment, encoding: "s16le" }));
}

/** T2: the bytes, before anything depends on them. */
async function store(storage: Storage, fingerprint: string, ledgerId: string, speech: Speech): Promise<BoughtSegment> {
  const { sha256, bytes } = await storage.put(speech.audio);
  const { encoding, sampleRate, samples, words } = speech;
  const loudness = powersOfSpeech(speech);
  return {
    fingerprint,
    ledgerId,
    audioSha256: sha256,
    audioBytes: bytes,
    encoding,
    sampleRate,
    samples,
    words,
    loudness,
  };
}

const piece = new Float32Array(24_000);

function powersOfSpeech({ audio, sampleRate, samples }: Speech): Float32Array {
  const meter = powerMeter(sampleRate);
  const bytes = audio.byteOffset % 2 === 0 ? audio : audio.slice(); // 16 bits at a time need even places
  const s16 = new Int16Array(bytes.buffer, bytes.byteOffset, samples);
  const pcm = piece; // a second at a time: all of it is four times the audio
  for (let at = 0; at < samples; at += pcm.length) {
    const length = Math.min(pcm.length, samples - at);
    for (let i = 0; i < length; i++) pcm[i] = s16[at + i]! / 32_768;
    meter.push(pcm.subarray(0, length));
  }
  return meter.powers();
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
  const outputs = wanted.map((format) => ({ format, path: storage.scratch() }));
  const { sample_rate: sampleRate, gain_db: gainDb } = plan;
  try {
    const mastered = await studio.master({ parts, sampleRate, gainDb, ceilingDbtp: CEILING_DBTP, outputs }, { signal });
    const fragments = mastered.outputs.map(async ({ format, frames }, index): Promise<Fragment> => {
      const { sha256, bytes } = await storage.adopt(outputs[index]!.path);
      const key = keyOfFragment(fragment.base, gainDb, format);
      const { samples, powers: loudness } = mastered;
      return { key, format, base: fragment.base, gainDb, audioSha256: sha256, bytes, frames, samples, loudness };
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
