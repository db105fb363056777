/** Steps `speech` and `remaster`: one fragment is spoken where it must be, mastered and encoded. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { failpoint } from "../failpoint.ts";
import { isConnectionError, type Database } from "../database/connect.ts";
import { encodingsOf, type FormatId } from "../media/formats.ts";
import type { Part } from "../media/parts.ts";
import { CEILING_DBTP, keyOfFragment, saveFragments, type MadeFragment } from "../narration/fragments.ts";
import { charactersOf } from "../narration/plan.ts";
import {
  claimSegments,
  finishSegments,
  type Claimant,
  type ReadySegment,
  type Claims,
  type WantedSegment,
} from "../narration/speech-segments.ts";
import { refuseTakes } from "../narration/speech-takes.ts";
import { waste } from "../ledger/ledger.ts";
import { PermanentError, RetryLater, type Task, type TaskContext } from "../orchestrator/task.ts";
import {
  SpeechError,
  VoiceError,
  type Speech,
  type SpeechProvider,
  type SpeechRequest,
} from "../providers/speech/speech.ts";
import { keyOf, type Storage } from "../storage/storage.ts";
import type { NarrationTools } from "./narrate.ts";
import { fragmentToMake, mastering, type FragmentToMake, type Mastering } from "./narrate-plan.ts";
import { forgetLostSegments } from "./lost-audio.ts";
import { brokenTakes, refusedOf, type Take } from "./speech-quality.ts";
import { providerOf, voiceInUse, type VoiceInUse } from "./voice-in-use.ts";

const formats = z.array(z.custom<FormatId>((value) => typeof value === "string"));
const remasterInput = z.object({ fragment: fragmentToMake, voice: voiceInUse, formats, plan: mastering });
const speechInput = remasterInput.extend({ pace: z.number().nullable() });
const made = z.object({ samples: z.int() });

/** How soon a segment that another attempt is buying is looked for again, ms. */
const BUSY_MS = 250;
/** Less space than this is none: several calls write at once, each as much as a long sentence in PCM, and Postgres too. */
const ROOM_BYTES = 32 * 2 ** 20;
/** How soon a database that is away is asked again, ms. */
const AWAY_MS = 200;

export function speechTask(tools: NarrationTools): Task<z.infer<typeof speechInput>, z.infer<typeof made>> {
  return {
    type: "speak_fragment",
    input: speechInput,
    output: made,
    async run({ fragment, voice, formats: wanted, plan, pace }, context) {
      tools.studio.warm(); // while the voice speaks
      const spoken = await speak(tools, fragment.segments, voice, context, pace);
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
    async run(job, context) {
      const spoken = await speak(tools, job.fragment.segments, job.voice, context); // what was lost since
      return makeFragment(tools, job, spoken, context.signal);
    },
  };
}

/** Buys what is missing of these segments and answers them all. `pace`: the voice's, as the plan knows it (seconds a unit). */
export async function speak(
  tools: NarrationTools,
  segments: FragmentToMake["segments"],
  voice: VoiceInUse,
  context: TaskContext,
  pace: number | null = null,
): Promise<Map<string, ReadySegment>> {
  const provider = providerOf(tools.providers, voice.provider, voice.key);
  const claimant: Claimant = { ...context.token, executionId: context.executionId, ownerId: context.ownerId };
  const spoken = new Map(
    segments.map(({ fingerprint, text, language }) => {
      return [fingerprint, { text, language: language ?? voice.language, foreign: language !== undefined }];
    }),
  );
  const wanted = [...spoken].map(([fingerprint, { text, language }]) => ({
    fingerprint,
    provider: provider.name,
    model: provider.model,
    voice: voice.voice,
    language,
    characters: charactersOf(text),
    pricePerCharacter: provider.price,
  }));
  await tools.storage.assertRoom(ROOM_BYTES);
  const { ready, mine, busy } = await claimWhole(tools, claimant, wanted);
  for (const segment of await buy(tools, provider, { voice, pace }, claimant, spoken, mine, context)) {
    ready.set(segment.fingerprint, segment);
  }
  if (busy.length > 0) throw new RetryLater(BUSY_MS, `${busy.length} segments are being spoken elsewhere.`);
  return ready;
}

/** Claims what is missing, and what is there no more as it was stored. */
async function claimWhole(tools: NarrationTools, claimant: Claimant, wanted: WantedSegment[]): Promise<Claims> {
  const claims = await claimSegments(tools.db, claimant, wanted);
  const lost = await forgetLostSegments(tools, claims.ready, wanted);
  if (lost.length === 0) return claims;
  const again = await claimSegments(tools.db, claimant, lost); // only these: what is ours already would seem busy
  const kept = [...claims.ready].filter(
    ([fingerprint]) => !lost.some((segment) => segment.fingerprint === fingerprint),
  );
  return {
    ready: new Map([...kept, ...again.ready]),
    mine: new Map([...claims.mine, ...again.mine]),
    busy: [...claims.busy, ...again.busy],
  };
}

async function buy(
  tools: NarrationTools,
  provider: SpeechProvider,
  { voice, pace }: { voice: VoiceInUse; pace: number | null },
  claimant: Claimant,
  texts: Map<string, { text: string; language: string; foreign: boolean }>,
  mine: Map<string, string>,
  { signal, assertLeased }: TaskContext,
): Promise<ReadySegment[]> {
  if (mine.size === 0) return [];
  const { db, storage } = tools;
  let answered = false;
  const requests = [...mine.keys()].map((fingerprint): SpeechRequest => {
    const { text, language, foreign } = texts.get(fingerprint)!;
    const spoken = { text, language, ...(foreign && { foreign }) };
    return { voice: voice.voice, settings: voice.settings, ...spoken, path: storage.scratch() };
  });
  try {
    failpoint("call.before");
    assertLeased();
    const speeches = await provider.speak(requests, { signal });
    answered = true;
    const spoken = speeches.map((speech, index) => ({ ...speech, path: requests[index]!.path }));
    const takes = await keep(tools, [...mine], spoken, signal);
    const refused = refusedOf(takes, texts, voice, pace);
    const broken = new Set(refused.map((take) => take.fingerprint));
    const bought = takes.filter((take) => !broken.has(take.fingerprint));
    const accepted = await finish(db, claimant, bought, signal);
    if (refused.length > 0) {
      await refuseTakes(db, refused);
      throw brokenTakes(refused, texts, voice);
    }
    if (accepted.size < bought.length) {
      throw new RetryLater(0, "The right to buy these segments passed to another attempt.");
    }
    return bought;
  } catch (error) {
    // Where the answer is lost, nobody knows what was paid: whoever takes the claim over says so.
    const known = answered || signal.aborted || error instanceof SpeechError || error instanceof VoiceError;
    if (known) await wasteCalls(db, [...mine.values()]);
    throw asTaskError(error);
  } finally {
    await Promise.all(requests.map(({ path }) => storage.discard(path)));
  }
}

/** T3. While the database is away what is paid is held fast, as long as the lease is ours. */
async function finish(db: Database, claimant: Claimant, bought: Take[], signal: AbortSignal): Promise<Set<string>> {
  for (;;) {
    try {
      return await finishSegments(db, claimant, bought);
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      await sleep(AWAY_MS, undefined, { signal });
    }
  }
}

/** What came of these calls is used by nobody. Rows that are settled stay so. */
async function wasteCalls(db: Database, ledgerIds: string[]): Promise<void> {
  failpoint("waste.before");
  await waste(db, ledgerIds);
  failpoint("waste.after");
}

/** T2: the bytes, before anything depends on them; then what they sound like. */
async function keep(
  { storage, studio }: NarrationTools,
  mine: [fingerprint: string, ledgerId: string][],
  spoken: (Speech & { path: string })[],
  signal: AbortSignal,
): Promise<Take[]> {
  const stored = await Promise.all(spoken.map(({ path }) => storage.adopt(path)));
  const paths = await Promise.all(stored.map(({ key }) => storage.local(key)));
  const sounds = spoken.map(({ encoding, sampleRate, samples }, index) => {
    return { path: paths[index]!, encoding, sampleRate, samples };
  });
  const inspected = await studio.inspect({ sounds }, { signal });
  return mine.map(([fingerprint, ledgerId], index) => {
    const { encoding, sampleRate, samples, words } = spoken[index]!;
    const { sha256: audioSha256, bytes: audioBytes } = stored[index]!;
    const { powers: loudness, peak, atFullScale } = inspected[index]!;
    const sound = { encoding, sampleRate, samples, words, loudness, peak, atFullScale };
    return { fingerprint, ledgerId, audioSha256, audioBytes, ...sound };
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
