/**
 * Lector's own parts (worker, narration, studio, storage, HTTP) in a process of their own, with the provider of the test
 * (voice-server.ts): `fork(voiced-process.ts, [JSON of Voiced])`. Says `{ url }` when it is ready; dies with its parent.
 */
import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { loadConfig } from "../../src/config.ts";
import { connect } from "../../src/database/connect.ts";
import { armFailpoint } from "../../src/failpoint.ts";
import { buildServer } from "../../src/http/server.ts";
import { markAbandoned } from "../../src/ledger/ledger.ts";
import { openStudio } from "../../src/media/studio.ts";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import { ensureDefinition } from "../../src/orchestrator/definition.ts";
import { openFeed } from "../../src/orchestrator/feed.ts";
import { startWorker } from "../../src/orchestrator/worker.ts";
import {
  SpeechError,
  type Speech,
  type SpeechProvider,
  type SpeechRequest,
} from "../../src/providers/speech/speech.ts";
import { filesystemStorage } from "../../src/storage/filesystem.ts";
import { audioGeneration, audioGenerationTasks } from "../../src/workflows/audio-generation.ts";
import { narrate, narrateTasks } from "../../src/workflows/narrate.ts";
import { speechGroup } from "../../src/workflows/narrate-plan.ts";
import { prepareStart } from "../../src/workflows/prepare-start.ts";
import { toneVoices, type Voiced } from "./voiced.ts";

const given = JSON.parse(process.argv[2]!) as Voiced;
const { failpoint } = loadConfig();
process.on("disconnect", () => process.exit());

const connection = connect(given.database, { answerMs: 5000, leaseMs: given.leaseMs });
const { db } = connection;
const storage = await filesystemStorage(given.folder);
const studio = openStudio({ size: 1 });
const provider: SpeechProvider = {
  name: "tone",
  model: "sine",
  maxCharacters: 400,
  price: "0.001",
  check: (_, settings) => settings,
  async speak(requests, { signal } = {}) {
    const spoken: Speech[] = [];
    for (const request of requests) spoken.push(await call(request, signal)); // one lease, one call at a time
    return spoken;
  },
  close: async () => {},
};
const providers = new Map([[provider.name, provider]]);
const voices = async () => toneVoices;
const MAX_CHARACTERS = 100_000;

async function call({ text, path }: SpeechRequest, signal: AbortSignal | undefined): Promise<Speech> {
  const patience = AbortSignal.timeout(given.patienceMs ?? 60_000);
  const answer = await fetch(given.voice, {
    method: "POST",
    body: JSON.stringify({ text, caller: process.pid }),
    signal: AbortSignal.any([patience, ...(signal ? [signal] : [])]),
  });
  if (answer.status === 429) {
    const retryAfterMs = Number(answer.headers.get("retry-after")) * 1000;
    throw new SpeechError("Too many calls.", { kind: "rate-limited", retryAfterMs });
  }
  if (!answer.ok) throw new SpeechError(`The voice answered ${answer.status}.`, { kind: "transient" });
  const sound = Buffer.from(await answer.arrayBuffer());
  await writeFile(path, sound);
  return { encoding: "s16le", sampleRate: 24_000, samples: sound.length / 2, words: [] };
}

await ensureDefinition(db, narrate);
const definition = await ensureDefinition(db, audioGeneration);
await limitGroup(db, speechGroup(provider.name), given.speechCalls);
const feed = openFeed(db);
const worker = startWorker({
  connection: given.listenAt ? { ...connection, listenUrl: () => given.listenAt! } : connection,
  store: storage,
  tasks: [...narrateTasks({ db, storage, studio, providers }), ...audioGenerationTasks()],
  slots: given.slots,
  admissionLimit: () => 20,
  leaseMs: given.leaseMs,
  onEnded: () => feed.poke(),
});
setInterval(() => void markAbandoned(db).catch(() => {}), 2000).unref();
const server = await buildServer({
  connection,
  storage,
  worker,
  feed,
  voices,
  providers,
  definitions: { audioGeneration: definition },
  prepare: prepareStart({ voices, providers, maxTextCharacters: MAX_CHARACTERS, maxMetadataBytes: 1024 }),
  schema: "001-spine",
  settings: {
    apiKey: null,
    maxBodyBytes: 1024 * 1024,
    maxCharacters: MAX_CHARACTERS,
    maxMetadataBytes: 1024,
    shutdownMs: 500,
    corsOrigins: [],
  },
  logger: pino({ level: "silent" }),
  version: "0.0.0",
  pageDir: null,
});
await server.listen({ port: given.port ?? 0, host: "127.0.0.1" });
if (failpoint !== null) armFailpoint(failpoint);
process.send!({ url: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}` });
