/* oxlint-disable no-underscore-dangle -- the names of Emscripten's raw bindings */
/**
 * One instance of espeak-ng in this process (wasm2js: its memory is a plain array buffer).
 *
 * The engine carries state from one text to the next (noise generator, pitch, the dictionary loaded last), so before
 * every text its whole memory is put back to a snapshot taken when the voice was set. The package's own wrappers keep
 * pointers into that memory on the JavaScript side (`ensureCache`), which a restored memory would betray: after the
 * start only the raw bindings are called, with buffers that are allocated before the first snapshot.
 */
import load, { type EspeakModule } from "@echogarden/espeak-ng-emscripten";

/** A word begins: `position` counts code points of the text from 1, `sample` from the start of the audio. */
export type EngineEvent = { position: number; sample: number };
/** Words a minute; pitch and range 0 to 99. */
export type EngineSettings = { rate: number; pitch: number; range: number };
export type Engine = {
  sampleRate: number;
  /**
   * `text` without NUL, at most `textBytes` bytes of UTF-8. `voice` must exist: it throws otherwise. `audio` is valid
   * until the next call.
   */
  say(voice: string, settings: EngineSettings, text: string): { audio: Int16Array; events: EngineEvent[] };
};

// espeak_EVENT, in 32-bit words: type, id, text_position, length, audio_position (ms), sample, user_data, id.
const EVENT_WORDS = 9;
const LIST_TERMINATED = 0;
const WORD = 1;
const NAME_BYTES = 100;

export async function startEngine(textBytes: number): Promise<Engine> {
  const module = await load({ print() {}, printErr() {} });
  const worker = atTimeZero(() => new module.eSpeakNGWorker());
  if (worker.getSizeOfEventStruct_() !== EVENT_WORDS * 4) {
    throw new Error(`espeak-ng's event structure has ${worker.getSizeOfEventStruct_()} bytes, expected 36`);
  }
  const { samplerate: sampleRate } = worker;
  const textAt = module._malloc(textBytes + 1);
  const nameAt = module._malloc(NAME_BYTES);
  // synth_ would read the text as SSML and [[phonemes]]; the tracing call reads it as it is. Nobody wants the trace.
  const traceAt = module._malloc(NAME_BYTES);
  writeString(module, traceAt, "/dev/null", NAME_BYTES);

  // One buffer for all texts: pieces of 100 ms as garbage made the process twice as large.
  let said = new Int16Array(20 * sampleRate);
  let samplesSaid = 0;
  let events: EngineEvent[] = [];
  const callback = module.addFunction((audio, samples, eventList) => {
    if (samplesSaid + samples > said.length) said = grown(said, samplesSaid + samples);
    said.set(module.HEAP16.subarray(audio / 2, audio / 2 + samples), samplesSaid);
    samplesSaid += samples;
    readEvents(module, eventList, events);
    return 0; // go on
  });

  const breakAt = findBreak(module);
  const started = takeSnapshot(module);
  let current: { voice: string; snapshot: Uint8Array } | null = null;

  function setVoice(voice: string): Uint8Array {
    current = null;
    restore(module, started, breakAt);
    writeString(module, nameAt, voice, NAME_BYTES);
    if (module._emscripten_bind_eSpeakNGWorker_set_voice_2(worker.ptr, nameAt, 0) !== 0) {
      throw new Error(`espeak-ng has no voice ${JSON.stringify(voice)}`);
    }
    current = { voice, snapshot: takeSnapshot(module) };
    return current.snapshot;
  }

  return {
    sampleRate,
    say(voice, settings, text) {
      restore(module, current?.voice === voice ? current.snapshot : setVoice(voice), breakAt);
      Object.assign(worker, settings); // setters that write into the engine's memory
      writeString(module, textAt, text, textBytes + 1);
      samplesSaid = 0;
      events = [];
      const code = module._emscripten_bind_eSpeakNGWorker_synth_with_phoneme_trace__3(
        worker.ptr,
        textAt,
        traceAt,
        callback,
      );
      if (code !== 0) throw new Error(`espeak-ng could not begin to speak (${code})`);
      return { audio: said.subarray(0, samplesSaid), events };
    },
  };
}

/** The engine seeds its noise with the wall clock's second when it starts: breathy speakers would never sound the same. */
function atTimeZero<Value>(start: () => Value): Value {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return start();
  } finally {
    Date.now = now;
  }
}

/** The memory up to its last byte that is not zero. */
function takeSnapshot({ HEAPU8: heap }: EspeakModule): Uint8Array {
  let used = heap.length;
  while (used > 0 && heap[used - 1] === 0) used--;
  return heap.slice(0, used);
}

const PROBE_BYTES = 1024 * 1024;

/**
 * Where in memory (as an index of 32-bit words) the engine's C library keeps its program break, behind which nothing was
 * ever written: of all words that grow with an allocation it is the one that holds the highest address. Without it all of
 * the 16 MiB would be cleared for each text, and the processor's caches with them.
 */
function findBreak(module: EspeakModule): number {
  const snapshot = takeSnapshot(module);
  const before = new Uint32Array(snapshot.buffer, 0, snapshot.length >> 2);
  const probe = module._malloc(PROBE_BYTES);
  const after = new Uint32Array(module.HEAPU8.buffer, 0, before.length);
  let found = -1;
  for (let at = 0; at < after.length; at++) {
    const grew = after[at]! - before[at]! >= PROBE_BYTES && after[at]! <= module.HEAPU8.length;
    if (grew && (found < 0 || after[at]! > after[found]!)) found = at;
  }
  if (found < 0 || after[found]! < probe + PROBE_BYTES) throw new Error("espeak-ng's program break was not found");
  module.HEAPU8.set(snapshot);
  module.HEAPU8.fill(0, snapshot.length);
  return found;
}

/** Exact also when more memory was used since: what lies behind the snapshot was zero, or was not there. */
function restore({ HEAPU8: heap, HEAP32: words }: EspeakModule, snapshot: Uint8Array, breakAt: number): void {
  const end = words[breakAt]! >>> 0; // it never goes down
  heap.set(snapshot);
  heap.fill(0, snapshot.length, end);
}

function writeString({ HEAPU8: heap }: EspeakModule, at: number, text: string, bytes: number): void {
  const { read, written } = new TextEncoder().encodeInto(text, heap.subarray(at, at + bytes - 1));
  if (read < text.length) throw new Error(`A text of ${text.length} characters does not fit into ${bytes} bytes`);
  heap[at + written] = 0;
}

function readEvents({ HEAP32: words }: EspeakModule, pointer: number, into: EngineEvent[]): void {
  for (let at = pointer >> 2; words[at] !== LIST_TERMINATED; at += EVENT_WORDS) {
    if (words[at] === WORD) into.push({ position: words[at + 2]!, sample: words[at + 5]! });
  }
}

function grown(buffer: Int16Array<ArrayBuffer>, atLeast: number): Int16Array<ArrayBuffer> {
  const larger = new Int16Array(Math.max(atLeast, buffer.length * 2));
  larger.set(buffer);
  return larger;
}
