/** A voice as a run uses it: its configuration and its provider, resolved once at the start and kept in the input. */
import { z } from "zod";
import { findVoice, type Voice, type Voices } from "../catalog/voices.ts";
import { pauseSettings } from "../narration/pauses.ts";
import type { Speaker } from "../narration/plan.ts";
import type { SpeechProvider } from "../providers/speech/speech.ts";

export const voiceInUse = z.object({
  key: z.string(),
  provider: z.string(),
  model: z.string(),
  voice: z.string(),
  language: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  max_characters: z.int(),
  unit: z.enum(["sentence", "paragraph"]),
  gain_db: z.number(),
  pauses: pauseSettings.default({}),
});

/** Speech providers by name. */
export type Providers = Map<string, SpeechProvider>;

export type VoiceInUse = z.infer<typeof voiceInUse>;

/** Throws `UnknownVoice`, or the provider's `VoiceError`, before anything is started. */
export function useVoice(voices: Voices, providers: Providers, wanted: string, locale: string): VoiceInUse {
  const voice: Voice = findVoice(voices, wanted, locale);
  const provider = providerOf(providers, voice.provider, voice.key);
  return {
    key: voice.key,
    provider: provider.name,
    model: provider.model,
    voice: voice.voice,
    language: voice.locales[0] ?? locale,
    settings: provider.check(voice.voice, voice.settings, { speed: voice.speed ?? 1, pitch: voice.pitch ?? 0 }),
    max_characters: provider.maxCharacters,
    unit: voice.unit,
    gain_db: voice.gainDb,
    pauses: voice.pauses ?? {},
  };
}

export class UnknownProvider extends Error {
  override name = "UnknownProvider";
}

export function providerOf(providers: Providers, name: string, voiceKey: string): SpeechProvider {
  const provider = providers.get(name);
  if (provider) return provider;
  const known = [...providers.keys()].join(", ");
  throw new UnknownProvider(
    `Voice "${voiceKey}" wants the provider "${name}", which is not there. There are: ${known}.`,
  );
}

export function speakerOf(voice: VoiceInUse): Speaker {
  const { provider, model, voice: id, language, settings, max_characters: maxCharacters, unit } = voice;
  return { provider, model, voice: id, language, settings, maxCharacters, unit };
}
