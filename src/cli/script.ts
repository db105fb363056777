/** The text and the script of `lector narrate`: read, checked, and shown before anything is spoken. */
import { InvalidScript, readScript, scriptAsText } from "../narration/script-text.ts";
import { prepareNarration, type PreparedNarration } from "../workflows/narrate.ts";
import { scriptOf } from "../workflows/narrate-script.ts";
import { readCover } from "./cover.ts";
import { exits, Unusable, type Setup } from "./lector.ts";
import { readSource, type Source } from "./source.ts";

export type TextOptions = {
  voice?: string;
  locale?: string;
  formats: string[];
  title?: string;
  cover?: string;
  script?: string;
};

const NO_SOURCE = 'The source is missing. Name a file, a URL or "-", or a script by --script.';

/** All that can be wrong with text, script, voice, formats and cover is told here. `name`: what the output is named after. */
export async function prepareCommand(
  setup: Setup,
  source: string | undefined,
  { voice, locale, title, formats, cover: coverFile, script: scriptFile }: TextOptions,
): Promise<{ prepared: PreparedNarration; name: string; cover: Uint8Array | undefined }> {
  if (source === "-" && scriptFile === "-")
    throw new Unusable("Only one of text and script comes from standard input.");
  const { maxInputBytes, maxCharacters } = setup.limits;
  const written = scriptFile === undefined ? null : await readSource(scriptFile, maxInputBytes);
  const script = written === null ? undefined : scriptIn(written, scriptFile!);
  const read: Source | null = source === undefined ? null : await readSource(source, maxInputBytes);
  if (read === null && script === undefined) throw new Unusable(NO_SOURCE);
  const text: Source = read ?? { body: "", bodyFormat: "text", name: written!.name };
  const cover = coverFile === undefined ? undefined : await readCover(coverFile);
  const request = { ...text, reading: setup.reading, script, cover, voice, locale, title, formats, maxCharacters };
  const prepared = prepareNarration(request, { voices: await setup.voices(), providers: setup.providers });
  return { prepared, name: text.name, cover };
}

function scriptIn({ body }: Source, file: string) {
  try {
    return readScript(body);
  } catch (error) {
    if (!(error instanceof InvalidScript)) throw error;
    throw new Unusable(`The script in "${file}" cannot be used. ${error.message}`, { cause: error });
  }
}

/** Prints what the narration would say, as a text for people or as JSON. */
export function preview({ input }: PreparedNarration, { json }: { json: boolean }): number {
  const script = scriptOf(input);
  process.stdout.write(json ? `${JSON.stringify(script)}\n` : scriptAsText(script));
  return exits.completed;
}
