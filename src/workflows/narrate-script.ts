/** Step `script`: what is said, from the document as it stands or as somebody wrote it. */
import { z } from "zod";
import { UnusableInput, type SpeakableDocument } from "../narration/document.ts";
import { isToken, spokenText, verbatimScript, type Script } from "../narration/script.ts";
import { withSources } from "../narration/script-sources.ts";
import type { Task } from "../orchestrator/task.ts";
import { documentOf } from "./narrate-document.ts";
import type { NarrateInput } from "./narrate.ts";
import { ours } from "./narrate-plan.ts";

/**
 * A script that came with a request, its words given their places in the document, if there is one.
 * @throws {UnusableInput} where nothing in it is said, or where it is in another locale than was asked for
 */
export function takeScript(script: Script, document: SpeakableDocument | null, asked: string | undefined): Script {
  if (asked !== undefined && asked !== script.locale) {
    throw new UnusableInput(`The script is in "${script.locale}", but "${asked}" was asked for. Leave the locale out.`);
  }
  if (saidBy(script).trim() === "") throw new UnusableInput("Nothing in the script is said. Give it at least a word.");
  return document ? withSources(script, verbatimScript(document, script.locale)) : script;
}

/** What a script says as plain text, its blocks apart. */
export function saidBy({ blocks }: Script): string {
  return blocks.map(({ inline }) => spokenText(inline.filter(isToken))).join("\n\n");
}

/** The script that a run with this input speaks. */
export function scriptOf(input: NarrateInput): Script {
  return input.script ?? verbatimScript(documentOf(input), input.locale);
}

const input = z.object({
  extracted: ours<SpeakableDocument>(),
  locale: z.string(),
  script: ours<Script>().nullable(),
});

export const scriptTask: Task<z.infer<typeof input>, Script> = {
  type: "write_script",
  input,
  output: ours<Script>(),
  run: async ({ extracted, locale, script }) => script ?? verbatimScript(extracted, locale),
};
