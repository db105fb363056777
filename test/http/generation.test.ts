/** From a text to its sound over HTTP, with the bundled voice and the real studio. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStudio, type Studio } from "../../src/media/studio.ts";
import { limitGroup } from "../../src/orchestrator/claim.ts";
import { espeakSpeech } from "../../src/providers/speech/espeak.ts";
import type { SpeechProvider } from "../../src/providers/speech/speech.ts";
import { audioGenerationTasks } from "../../src/workflows/audio-generation.ts";
import { speechGroup } from "../../src/workflows/narrate-plan.ts";
import { narrateTasks } from "../../src/workflows/narrate.ts";
import { testServer, type TestServer } from "../support/server.ts";

let here: TestServer;
let studio: Studio;
let espeak: SpeechProvider;

beforeAll(async () => {
  studio = openStudio({ size: 2 });
  espeak = espeakSpeech({ processes: 2 });
  const providers = new Map([[espeak.name, espeak]]);
  const voice = { provider: "espeak", settings: {}, unit: "sentence" as const, gainDb: 7, samples: {} };
  here = await testServer({
    providers,
    voices: {
      all: [{ ...voice, key: "american", voice: "en-us", locales: ["en-US"], name: "American" }],
      defaults: { en: "american" },
    },
    tasks: ({ db, storage }) => [...narrateTasks({ db, storage, studio, providers }), ...audioGenerationTasks()],
  });
  await limitGroup(here.app.connection.db, speechGroup(espeak.name), 20);
});
afterAll(async () => {
  await here.close();
  await Promise.all([studio.close(), espeak.close()]);
});

const text = "The sea is calm tonight. The tide is full, the moon lies fair upon the straits.";

test("a text is spoken, and its run can be followed to the sound, captions and description", async () => {
  const body = { text, locale: "en", title: "Dover Beach", metadata: { user_id: "123" } };
  const { execution_id: id } = (await (await here.post("/audio/generate", body)).json()) as any;
  const events = (await here.get(`/audio/${id}/events`)).text();
  const status = await here.ended(id);
  expect(status).toMatchObject({
    execution_id: id,
    workflow: "audio_generation",
    status: "COMPLETED",
    current_step: 3,
    progress: 100,
    error: null,
    metadata: { user_id: "123" },
    audio: { mp3_128: `/audio/${id}/audio.mp3` },
    captions: { vtt: `/audio/${id}/captions.vtt`, srt: `/audio/${id}/captions.srt` },
    segments: { total: 2, synthesised: 2, reused: 0 },
    characters: { total: text.length - 1, billed: text.length - 1 },
  });
  expect(status.duration_s).toBeGreaterThan(3);
  const names = status.steps.map((step: any) => `${step.workflow} ${step.name} ${step.state}`);
  expect(names).toEqual(
    expect.arrayContaining([
      "audio_generation extract_text done",
      "audio_generation generate_audio done",
      "audio_generation store_audio done",
      "narrate speech done",
      "narrate publish done",
    ]),
  );
  expect(await events).toMatch(/event: end\ndata: .*"status":"COMPLETED","progress":100/);

  const audio = Buffer.from(await (await here.get(status.audio.mp3_128)).arrayBuffer());
  expect(audio.subarray(0, 3).toString("latin1")).toBe("ID3");
  const captions = await (await here.get(status.captions.vtt)).text();
  expect(captions.replaceAll(/<[\d:.]+>/g, "")).toContain("The sea is calm tonight.");
  const described = (await (await here.get(`/audio/${id}/narration.json`)).json()) as any;
  expect(described).toMatchObject({ title: "Dover Beach", duration_s: status.duration_s, segments: status.segments });
  expect(described.files.find((file: any) => file.name === "audio.mp3").bytes).toBe(audio.length);

  const again = (await (await here.post("/audio/generate", body)).json()) as any;
  expect(await here.ended(again.execution_id)).toMatchObject({
    status: "COMPLETED",
    segments: { total: 2, synthesised: 0, reused: 2 },
    characters: { billed: 0 },
  });
  const same = Buffer.from(await (await here.get(`/audio/${again.execution_id}/audio.mp3`)).arrayBuffer());
  expect(same.equals(audio)).toBe(true);
});

test("several formats of one text are made in one run, and each is served as what it is", async () => {
  const body = { text, locale: "en", formats: ["opus_24", "m4a", "flac", "wav", "mp3", "mp3_128"] };
  const { execution_id: id } = (await (await here.post("/audio/generate", body)).json()) as any;
  const status = await here.ended(id);
  const expected = {
    opus_24: ["audio_opus_24.opus", "audio/ogg", 0, "OggS"],
    aac_96: ["audio.m4a", "audio/mp4", 4, "ftyp"],
    flac: ["audio.flac", "audio/flac", 0, "fLaC"],
    wav: ["audio.wav", "audio/wav", 0, "RIFF"],
    mp3_128: ["audio.mp3", "audio/mpeg", 0, "ID3"],
  } as const;
  expect(Object.keys(status.audio)).toEqual(Object.keys(expected));
  for (const [format, [name, type, at, begins]] of Object.entries(expected)) {
    expect(status.audio[format]).toBe(`/audio/${id}/${name}`);
    const response = await here.get(status.audio[format]);
    expect(response.headers.get("content-type")).toBe(type);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.toString("latin1", at, at + begins.length)).toBe(begins);
  }
  const waveform = (await (await here.get(`/audio/${id}/waveform.json`)).json()) as any;
  expect(waveform.length).toBe(Math.ceil(status.duration_s * 50));
});

test("many runs of one text at once have each sentence spoken once", async () => {
  const twins = Array.from({ length: 12 }, async () => {
    const response = await here.post("/audio/generate", {
      text: "Twelve ask for this. It is said once.",
      locale: "en",
    });
    return here.ended(((await response.json()) as any).execution_id);
  });
  const ended = await Promise.all(twins);
  expect(ended.map((status) => status.status)).toEqual(twins.map(() => "COMPLETED"));
  expect(ended.reduce((sum, { segments }) => sum + segments.synthesised, 0)).toBe(2);
});
