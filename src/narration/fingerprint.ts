import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/*
 * Names for work already paid for: the same name, the same audio. SHA-256 of canonical JSON (RFC 8785), so the order in
 * which somebody wrote the fields of a setting buys nothing twice. Each carries the version of its own format.
 */

const segmentFormat = 1;
const fragmentFormat = 1;

export type SpokenSegment = {
  provider: string;
  model: string;
  /** The provider's own id of the voice. */
  voice: string;
  settings: Record<string, number | string | boolean>;
  /** BCP 47, as sent to the provider. */
  language: string;
  /** Exactly what is sent. */
  text: string;
  /** The lexicon entries that this text used. */
  lexicon: unknown[];
};

/** The name of a segment's speech: 64 hexadecimal digits. Nothing about its place or neighbours is in it. */
export function fingerprint(f: SpokenSegment): string {
  const { provider, model, voice, settings, language, text, lexicon } = f;
  return hash({ format: segmentFormat, provider, model, voice, settings, language, text, lexicon });
}

export type FragmentParts = {
  /** In order. `pauseAfter`: samples at `sampleRate`. */
  segments: readonly { fingerprint: string; pauseAfter: number }[];
  /** Hz of the mastered PCM. */
  sampleRate: number;
};

/** The name of a fragment's sound before its gain: what stays when only the loudness of the whole moved. */
export function fragmentBase({ segments, sampleRate }: FragmentParts): string {
  const ordered = segments.map(({ fingerprint, pauseAfter }) => [fingerprint, pauseAfter]);
  return hash({ format: fragmentFormat, sampleRate, segments: ordered });
}

export type FragmentMastering = {
  /** From `fragmentBase`. */
  base: string;
  /** dB. */
  gainDb: number;
  /** The limiter's ceiling, dBTP. */
  ceilingDbtp: number;
  /** Everything else that shapes the bytes: format id, encoder, its settings and version. */
  encoder: string;
};

/** The name of an encoded fragment. */
export function fragmentKey({ base, gainDb, ceilingDbtp, encoder }: FragmentMastering): string {
  return hash({ format: fragmentFormat, base, gainDb, ceilingDbtp, encoder });
}

function hash(value: object): string {
  let json: string | undefined;
  try {
    json = canonicalize(value);
  } catch (cause) {
    throw new TypeError(`Cannot name ${JSON.stringify(value).slice(0, 200)}: ${(cause as Error).message}.`, { cause });
  }
  return createHash("sha256").update(json!).digest("hex");
}
