/** The package ships no types; these are the parts that espeak-engine.ts calls. */
declare module "@echogarden/espeak-ng-emscripten" {
  export type EspeakModule = {
    HEAPU8: Uint8Array;
    HEAP16: Int16Array;
    HEAP32: Int32Array;
    _malloc(bytes: number): number;
    addFunction(callback: (audio: number, samples: number, events: number) => number): number;
    eSpeakNGWorker: new () => EspeakWorker;
    _emscripten_bind_eSpeakNGWorker_set_voice_2(worker: number, name: number, language: number): number;
    _emscripten_bind_eSpeakNGWorker_synth_with_phoneme_trace__3(
      worker: number,
      text: number,
      traceFile: number,
      callback: number,
    ): number;
  };
  export type EspeakWorker = {
    ptr: number;
    samplerate: number;
    rate: number;
    pitch: number;
    range: number;
    getSizeOfEventStruct_(): number;
    list_voices(): { name: string; identifier: string; languages: { priority: number; name: string }[] }[];
  };
  export default function load(overrides: Record<string, unknown>): Promise<EspeakModule>;
}
