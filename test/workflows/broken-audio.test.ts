/** Broken audio never ships: bad takes are refused and kept in sight, damaged files are found and made again. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { StitchJob } from "../../src/media/stitch.ts";
import { openStudio, type Studio } from "../../src/media/studio.ts";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import type { DefinitionInput, StoredDefinition } from "../../src/orchestrator/definition.ts";
import type { Run } from "../../src/orchestrator/find.ts";
import { startRun } from "../../src/orchestrator/start.ts";
import { espeakSpeech } from "../../src/providers/speech/espeak.ts";
import type { Speech, SpeechProvider, SpeechRequest } from "../../src/providers/speech/speech.ts";
import { filesystemStorage } from "../../src/storage/filesystem.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { narrate, narrateTasks, prepareNarration } from "../../src/workflows/narrate.ts";
import { speechGroup, type PlanOutput } from "../../src/workflows/narrate-plan.ts";
import type { Published } from "../../src/workflows/narrate-publish.ts";
import { orchestra, type Orchestra } from "../support/orchestra.ts";
import { sentence } from "../support/program.ts";

/** What happens to a take on its way; by default nothing. */
type Mishap = (request: SpeechRequest, speech: Speech) => Speech;

let studio: Studio;
let espeak: SpeechProvider;
let here: Orchestra;
let folder: string;
let storage: Storage;
let definition: StoredDefinition;
let mishap: Mishap;
let calls: string[];

beforeAll(() => {
  studio = openStudio({ size: 1 });
  espeak = espeakSpeech({ processes: 1 });
});
afterAll(() => Promise.all([studio.close(), espeak.close()]));

const quick = { failures: 2, initial_ms: 10 };
const impatient: DefinitionInput = { ...narrate, steps: narrate.steps.map((step) => ({ ...step, retry: quick })) };

beforeEach(async () => {
  here = await orchestra();
  folder = mkdtempSync(join(tmpdir(), "lector-broken-"));
  storage = await filesystemStorage(folder);
  definition = await here.define(impatient);
  await limitGroup(here.connection.db, speechGroup(espeak.name), 20);
  mishap = (_, speech) => speech;
  calls = [];
  const tools = { db: here.connection.db, storage, studio, providers: new Map([[espeak.name, clumsy()]]) };
  await here.worker({ tasks: narrateTasks(tools) });
});
afterEach(async () => {
  await here.close();
  rmSync(folder, { recursive: true });
});

/** Our voice, and what `mishap` makes of it. */
function clumsy(): SpeechProvider {
  return {
    ...espeak,
    async speak(requests, options) {
      const speeches = await espeak.speak(requests, options);
      calls.push(...requests.map(({ text }) => text));
      return speeches.map((speech, index) => mishap(requests[index]!, speech));
    },
  };
}

const voices = {
  all: [
    {
      key: "nina",
      provider: "espeak",
      voice: "en-us",
      locales: ["en-US"],
      settings: {},
      unit: "sentence" as const,
      gainDb: 7,
      name: "Nina",
      samples: {},
    },
  ],
  defaults: { en: "nina" },
};

async function narrated(body: string): Promise<Run> {
  const request = { body, bodyFormat: "markdown" as const, name: "text", locale: "en", formats: ["mp3"] };
  const providers = new Map([[espeak.name, espeak]]);
  const { input } = prepareNarration({ ...request, maxCharacters: 100_000 }, { voices, providers });
  const { executionId } = await startRun(here.connection.db, here.store, { workflow: definition, input });
  return here.ended(executionId);
}

/** The bytes of a published file. */
async function published(run: Run, name: string): Promise<Buffer> {
  const { files } = (await here.output(run.executionId, "publish")) as Published;
  return readFileSync(await storage.local(files.find((file) => file.name === name)!.key));
}

const takes = () =>
  here.rows<{ take: number; verdict: string; state: string; seed: string | null }>(
    "select t.take, t.verdict, t.seed, l.state from lector.segment_takes t join lector.ledger l using (ledger_id) order by t.take",
  );
const ledger = () =>
  here.rows<{ state: string; n: number }>("select state, count(*)::int as n from lector.ledger group by 1 order by 1");
const text = (from: number, count: number) => Array.from({ length: count }, (_, index) => sentence(from + index));

const silent: Mishap = ({ path }, speech) => {
  writeFileSync(path, Buffer.alloc(speech.samples * 2));
  return speech;
};
const shortened = (share: number): Mishap => {
  return ({ path }, speech) => {
    const samples = Math.floor(speech.samples * share);
    truncateSync(path, samples * 2);
    return { ...speech, samples, words: [] };
  };
};
const [cut, third] = [shortened(0.2), shortened(1 / 3)];
const clipped: Mishap = ({ path }, speech) => {
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 2) bytes.writeInt16LE(bytes.readInt16LE(at) < 0 ? -32_768 : 32_767, at);
  writeFileSync(path, bytes);
  return speech;
};
const only = (which: string, then: Mishap, times = Infinity): Mishap => {
  return (request, speech) => (request.text === which && times-- > 0 ? then(request, speech) : speech);
};

test("a bad take is refused, kept with its verdict and paid as wasted; the next one is used, its neighbours are not bought again", async () => {
  const [first, second, third] = text(100, 3) as [string, string, string];
  mishap = only(second, silent, 1);
  const run = await narrated(`${first} ${second} ${third}`);
  expect(run.status).toBe("COMPLETED");
  expect(calls.toSorted()).toEqual([first, second, second, third].toSorted());
  expect(await takes()).toEqual([
    {
      take: 1,
      verdict: expect.stringMatching(/^silent \(\d.* s, peak −∞ dBFS\); audio [0-9a-f]{64}$/),
      seed: null,
      state: "wasted",
    },
  ]);
  expect(await ledger()).toEqual([
    { state: "settled", n: 3 },
    { state: "wasted", n: 1 },
  ]);
  const { segments, characters } = (await here.output(run.executionId, "publish")) as Published;
  expect(segments).toEqual({ total: 3, synthesised: 3, reused: 0 });
  expect(characters.billed - characters.total).toBe(second.length);
});

test.each([
  ["silent", silent, "it is silent"],
  ["cut off", cut, "it is too short"],
  ["clipped", clipped, "it is clipped"],
])("a voice that only delivers %s audio fails the run, which names the sentence", async (_, always, says) => {
  const [first, second] = text(200, 2) as [string, string];
  mishap = only(second, always);
  const run = await narrated(`${first}\n\n${second}`);
  expect(run).toMatchObject({ status: "FAILED", error: { code: "broken_speech", step: "speech" } });
  expect(run.error!.message).toContain(
    `The voice "nina" delivered broken audio for ${JSON.stringify(second)}: ${says}`,
  );
  expect((await takes()).map(({ take, state }) => [take, state])).toEqual([
    [1, "wasted"],
    [2, "wasted"],
  ]);
});

test("a take a third as long as the voice speaks is refused once its pace is known, which the plan tells of what is stored", async () => {
  const before = text(300, 30);
  expect((await narrated(before.join(" "))).status).toBe("COMPLETED");
  const added = "The keeper of the old lighthouse wrote one long line about the weather every evening of his life.";
  mishap = only(added, third);
  const run = await narrated(`${before.join(" ")}\n\n${added}`);
  expect(run).toMatchObject({ status: "FAILED", error: { code: "broken_speech" } });
  expect(run.error!.message).toContain("it is too short");
  const { pace } = (await here.output(run.executionId, "plan")) as PlanOutput;
  expect(pace).toBeGreaterThan(0.055);
  expect(pace).toBeLessThan(0.085);
});

/** What the stitching child is asked, and what becomes of its file. */
test.each([
  [
    "lost a piece on its way",
    (job: StitchJob) => job,
    (path: string) => truncateSync(path, 2000),
    /is broken: no frame is whole at byte/,
  ],
  [
    "is whole, but shorter than its timeline",
    (job: StitchJob) => ({ ...job, samples: job.samples - 576 }),
    () => {},
    /^The stitched mp3_128 holds \d+ samples at 24000 Hz, but the timeline \d+ at 24000\.$/,
  ],
])("a stitched file that %s is not published", async (_, asked, then, says) => {
  const { stitch } = studio;
  studio.stitch = async (job, options) => {
    const stitched = await stitch(asked(job), options);
    then(job.path);
    return stitched;
  };
  try {
    const run = await narrated(text(350, 1).join(" "));
    expect(run).toMatchObject({ status: "FAILED", error: { step: "assemble" } });
    expect(run.error!.message).toMatch(says);
    expect(await here.rows("select * from lector.publications where format_id <> 'waveform'")).toEqual([]);
  } finally {
    studio.stitch = stitch;
  }
});

async function stored(query: string): Promise<string[]> {
  const rows = await here.rows<{ sha: string }>(query);
  return Promise.all(rows.map(({ sha }) => storage.local(`${sha.slice(0, 2)}/${sha}`)));
}
const segmentFiles = () => stored("select audio_sha256 as sha from lector.speech_segments order by fingerprint");
const fragmentFiles = () => stored("select audio_sha256 as sha from lector.fragments order by fragment_key");

const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const truncated = (path: string) => truncateSync(path, 1000);
const flipped = (path: string) => {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
};
const gone = (path: string) => rmSync(path);

test.each([
  ["truncated", truncated],
  ["changed in one bit", flipped],
  ["gone", gone],
])("a stored fragment that is %s is found and made again, and what is published is right", async (_, damage) => {
  const [one, two, three] = text(400, 3) as [string, string, string];
  await narrated(`${one}\n\n${two}`);
  const before = await narrated(`${one}\n\n${two}\n\n${three}`);
  expect(before.status).toBe("COMPLETED");
  const paths = await fragmentFiles();
  expect(paths).toHaveLength(3);
  for (const path of paths) damage(path);
  const billed = calls.length;
  const order = await narrated(`${three}\n\n${two}\n\n${one}`); // another file of the same fragments
  expect(order.status).toBe("COMPLETED");
  expect(calls).toHaveLength(billed);
  for (const path of await fragmentFiles()) expect(hash(path)).toBe(basename(path));
  const again = await narrated(`${one}\n\n${two}\n\n${three}`);
  expect((await published(again, "audio.mp3")).equals(await published(before, "audio.mp3"))).toBe(true);
});

test.each([
  ["truncated", truncated],
  ["changed in one bit", flipped],
  ["gone", gone],
])("a stored segment that is %s is bought again, once, and the ledger tells of it", async (_, damage) => {
  const [one, two, three] = text(500, 3) as [string, string, string];
  await narrated(`${one} ${two}`);
  for (const path of await segmentFiles()) damage(path);
  const run = await narrated(`${one} ${two} ${three}`);
  expect(run.status).toBe("COMPLETED");
  expect(calls.toSorted()).toEqual([one, one, two, two, three].toSorted());
  expect(await ledger()).toEqual([{ state: "settled", n: 5 }]);
  const fresh = await narrated(`${three} ${two} ${one}`);
  expect(fresh.status).toBe("COMPLETED");
  expect(calls).toHaveLength(5);
});

test("a published file that was damaged is stitched again", async () => {
  const body = text(600, 2).join("\n\n");
  const first = await narrated(body);
  const whole = await published(first, "audio.mp3");
  const [path] = await stored("select audio_sha256 as sha from lector.publications where format_id = 'mp3_128'");
  flipped(path!);
  expect((await published(first, "audio.mp3")).equals(whole)).toBe(false);
  const again = await narrated(body);
  expect((await published(again, "audio.mp3")).equals(whole)).toBe(true);
});

test("a damaged segment is bought again where only the loudness of the whole needs it", async () => {
  const body = text(700, 4).join("\n\n");
  voices.all[0]!.gainDb = 0; // far from the target, so that each narration looks for a gain of its own
  try {
    await narrated(body);
    truncated((await segmentFiles())[0]!);
    expect((await narrated(body)).status).toBe("COMPLETED");
    expect(calls).toHaveLength(5);
  } finally {
    voices.all[0]!.gainDb = 7;
  }
});

test("a fragment that is damaged before it is stitched fails the run as lost audio, and a new run makes it again", async () => {
  const body = text(800, 2).join("\n\n");
  const { stitch } = studio;
  studio.stitch = async (job, options) => {
    truncated(job.fragments[1]!.path);
    return stitch(job, options);
  };
  try {
    expect(await narrated(body)).toMatchObject({ status: "FAILED", error: { code: "audio_lost", step: "assemble" } });
  } finally {
    studio.stitch = stitch;
  }
  expect((await narrated(body)).status).toBe("COMPLETED");
  expect(calls).toHaveLength(2);
});
