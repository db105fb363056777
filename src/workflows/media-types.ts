/** The media types of published files, by their names or the ending of them. */
const MEDIA_TYPES: Record<string, string> = {
  "chapters.json": "application/json+chapters", // as the Podcasting 2.0 namespace has it
  mp3: "audio/mpeg",
  opus: "audio/ogg",
  m4a: "audio/mp4",
  flac: "audio/flac",
  wav: "audio/wav",
  vtt: "text/vtt; charset=utf-8",
  srt: "application/x-subrip; charset=utf-8",
  json: "application/json; charset=utf-8",
};

export function mediaTypeOf(fileName: string): string {
  return MEDIA_TYPES[fileName] ?? MEDIA_TYPES[fileName.split(".").at(-1)!] ?? "application/octet-stream";
}

/** All of them, as an API's document lists them. */
export const mediaTypes = Object.values(MEDIA_TYPES).map((type) => type.split(";")[0]!);
