/**
 * The port every voice stands behind: text in, a file of 16-bit mono PCM and the time of each word out. Sound goes by
 * file, so that no process between the voice and the studio ever holds it.
 *
 * An adapter adds nothing to the text and never retries: waiting, stopping and trying again belong to whoever calls.
 */

export type SpeechRequest = {
  /** The provider's own voice id. */
  voice: string;
  /** BCP 47; a provider whose voice fixes the language ignores it. */
  language: string;
  /** The text is in another language than the voice's own: a provider that has it speaks it so, with the voice that is nearest. */
  foreign?: true;
  /** Exactly what is spoken, markers compiled already. UTF-16, at most `maxCharacters` code units. */
  text: string;
  settings: SpeechSettings;
  /** The file that the sound is written to, under a temporary name; not synced. Incomplete where the call failed. */
  path: string;
};

export type SpeechSettings = Record<string, number | string | boolean>;

/**
 * How to speak, in words that mean the same for every provider. `speed`: times as fast as the voice's own way, 0.5 to 2;
 * `pitch`: semitones above it, −6 to 6.
 */
export type Delivery = { speed: number; pitch: number };

/**
 * `start` and `end` are UTF-16 offsets into the request's text, `from` and `to` samples at the speech's rate. Words
 * stand in the order of the text and overlap neither in the text nor in time; `0 <= from <= to <= samples`.
 */
export type SpokenWord = { start: number; end: number; from: number; to: number };

/** The file holds `samples` little-endian 16-bit values, mono. Text without any sound gives 0 samples and no words. */
export type Speech = {
  encoding: "s16le";
  sampleRate: number;
  samples: number;
  words: SpokenWord[];
};

export type SpeechProvider = {
  /** `name` and `model` go into a segment's fingerprint: another model is another sound. */
  name: string;
  model: string;
  /** UTF-16 code units of one request; a longer text is split before it comes here. */
  maxCharacters: number;
  /** US dollars for one character, a decimal string; "0" where speaking is free. */
  price: string;
  /**
   * Throws `VoiceError` for an unknown voice or setting, and for a delivery that the voice cannot do. Returns the settings
   * with the delivery in the provider's own terms, without what only says the default: the same sound, the same settings.
   */
  check(voice: string, settings: SpeechSettings, delivery?: Delivery): SpeechSettings;
  /**
   * Speaks the requests and answers in their order, all or none. Throws `SpeechError` or `VoiceError`, and the signal's
   * reason after an abort.
   */
  speak(requests: SpeechRequest[], options?: { signal?: AbortSignal | undefined }): Promise<Speech[]>;
  /** Starts what the first call would wait for, where there is such a thing. */
  warm?(): void;
  /** Ends what the provider keeps running; calls under way fail. */
  close(): Promise<void>;
};

/** What a failed call means for the caller: wait, stop everything for this provider, give up on this text, try again. */
export type SpeechFailure =
  | { kind: "rate-limited"; retryAfterMs: number }
  | { kind: "quota-exhausted" }
  | { kind: "bad-request" }
  | { kind: "transient" };

export class SpeechError extends Error {
  override name = "SpeechError";
  readonly failure: SpeechFailure;
  constructor(message: string, failure: SpeechFailure, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** The configuration names a voice or a setting that the provider does not have; the message lists what it has. */
export class VoiceError extends Error {
  override name = "VoiceError";
}
