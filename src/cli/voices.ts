/** `lector voices list`. */
import type { Voice } from "../catalog/voices.ts";
import { exits, type Setup } from "./lector.ts";

export async function voicesList(setup: Setup, o: { locale?: string; json: boolean }): Promise<number> {
  const { all, defaults } = await setup.voices();
  const language = o.locale?.split("-")[0]!.toLowerCase();
  const speaks = (voice: Voice) => voice.locales.some((locale) => locale.split("-")[0]!.toLowerCase() === language);
  const voices = language ? all.filter(speaks) : all;
  if (o.json) {
    const described = voices.map(({ gainDb, voice, ...rest }) => ({ ...rest, provider_voice: voice, gain_db: gainDb }));
    process.stdout.write(`${JSON.stringify({ voices: described, defaults })}\n`);
    return exits.completed;
  }
  if (voices.length === 0) process.stdout.write(`No voice speaks "${o.locale}".\n`);
  for (const voice of voices) {
    const isDefault = Object.entries(defaults)
      .filter(([, key]) => key === voice.key)
      .map(([locale]) => `default for ${locale}`);
    const notes = isDefault.length > 0 ? `  (${isDefault.join(", ")})` : "";
    process.stdout.write(`${voice.key.padEnd(22)} ${voice.locales.join(", ").padEnd(12)} ${voice.name}${notes}\n`);
  }
  return exits.completed;
}
