import { markerSchema, type Marker } from "./script.ts";

/* Markers in the text form of a script: `pause 500ms`, `emphasis strong 3 words`, `language id 2 words`. */

/** `shape`: the text with every escaped character replaced by one that means nothing, unit for unit. */
export type Unescaped = { text: string; shape: string };

const meaningless = "\uE000";

export function escaped(text: string): string {
  return text.replaceAll(/[\\[\]{}|]/g, String.raw`\$&`);
}

export function unescaped(raw: string): Unescaped {
  const plain = (_: string, character: string) => character;
  return {
    text: raw.replaceAll(/\\(.)/gsu, plain),
    shape: raw.replaceAll(/\\(.)/gsu, (_, character: string) => meaningless.repeat(character.length)),
  };
}

/** What stands between the brackets. */
export function markerText(marker: Marker): string {
  const [name, value] = parts(marker);
  const count = "tokens" in marker && marker.tokens !== undefined ? marker.tokens : null;
  const shown = [
    name,
    ...(value === "" ? [] : [value]),
    ...(count === null ? [] : [`${count} ${count === 1 ? "word" : "words"}`]),
  ];
  return shown.join(" ");
}

function parts(marker: Marker): [name: string, value: string] {
  switch (marker.marker) {
    case "pause":
      return ["pause", `${marker.ms}ms`];
    case "emphasis":
      return ["emphasis", marker.level];
    case "mood":
      return ["mood", kept(marker.name)];
    case "whisper":
      return ["whisper", ""];
    case "say-as":
      return ["say-as", marker.kind];
    case "language":
      return ["language", marker.tag];
    case "phoneme":
      return ["phoneme", kept(marker.ipa)];
  }
}

/** Spaces at the ends would be lost, and what looks like a number of words be taken for one. */
function kept(value: string): string {
  return escaped(value).replaceAll(/^\s|\s$|(?<=(?:^|\s)\d+ word)s$|(?<=(?:^|\s)\d+ wor)d$/gu, String.raw`\$&`);
}

const fields: Record<string, string> = {
  emphasis: "level",
  mood: "name",
  whisper: "",
  "say-as": "kind",
  phoneme: "ipa",
  language: "tag",
};

/** The marker, or what is wrong with it. */
export function markerFromText(content: Unescaped): Marker | string {
  const { name, value, tokens } = split(content);
  if (name === "pause") {
    const ms = milliseconds(value);
    return ms === null || tokens !== undefined
      ? `expected a time, as in [pause 500ms] or [pause 1.5s]`
      : checked({ marker: name, ms });
  }
  const field = fields[name];
  if (field === undefined)
    return `this is neither a block nor an instruction. Instructions are pause, ${Object.keys(fields).join(", ")}`;
  if (name === "mood" && tokens !== undefined)
    return "a mood holds to the end of its block, so it takes no number of words";
  if (field === "" && value !== "") return `expected [${name}] or [${name} 3 words]`;
  return checked({ marker: name, ...(field !== "" && { [field]: value }), ...(tokens !== undefined && { tokens }) });
}

function split({ text, shape }: Unescaped): { name: string; value: string; tokens?: number } {
  const [, before, name, between, raw, count] = /^(\s*)(\S*)(\s*)(.*?)(?:(?<=\s)(\d{1,9}) words?)?\s*$/su.exec(shape)!;
  const at = before!.length + name!.length + between!.length;
  const value = text.slice(at, at + raw!.trimEnd().length);
  return {
    name: text.slice(before!.length, before!.length + name!.length),
    value,
    ...(count !== undefined && { tokens: Number(count) }),
  };
}

function milliseconds(value: string): number | null {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s)$/.exec(value) ?? [];
  return number === undefined ? null : Math.round(Number(number) * (unit === "s" ? 1000 : 1));
}

function checked(marker: Record<string, unknown>): Marker | string {
  const parsed = markerSchema.safeParse(marker);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `${issue!.path.join(".") || "it"}: ${issue!.message}`;
}
