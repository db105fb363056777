/** The sound of a run: the browser's own player, with the captions below it, for an <audio> shows none itself. */
import { type Api, Problem } from "./api.ts";
import { element, setText } from "./element.ts";
import { nameOf, type RunDetail } from "./run.ts";

export type Player = { show(run: RunDetail): void; close(): void };

/** Shows itself in `place` once the run has audio. */
export function player(api: Api, place: HTMLElement): Player {
  const files = playable(api);
  let shown = "";

  async function build(run: RunDetail): Promise<void> {
    const [sound, captions] = await Promise.all([files.url(firstOf(run.audio)), files.url(run.captions?.vtt)]);
    const spoken = element("p", { className: "caption", hidden: !captions });
    place.replaceChildren(audioOf(run, sound!, captions, spoken), spoken, downloads(run, files));
    place.hidden = false;
  }

  return {
    show(run) {
      const wanted = Object.values(run.audio ?? {}).join(" ");
      if (wanted === shown) return;
      shown = wanted;
      place.hidden = !wanted;
      place.replaceChildren(element("p", { className: "hint", textContent: "Loading the audio…" }));
      if (wanted) build(run).catch((error: unknown) => files.closed() || place.replaceChildren(failure(place, error)));
    },
    close: files.close,
  };
}

type Files = ReturnType<typeof playable>;

/** The URL that an element can load: the server's own, or, where a key is needed, one of fetched bytes in memory. */
function playable(api: Api) {
  const closed = new AbortController();
  const made: string[] = [];
  return {
    async url<T extends string | undefined>(path: T): Promise<T | string> {
      if (!path || !api.keyed()) return path;
      const blob = await (await api.open(path, { signal: closed.signal, person: true })).blob();
      const url = URL.createObjectURL(blob);
      made.push(url);
      return url;
    },
    closed: () => closed.signal.aborted,
    close() {
      closed.abort();
      for (const url of made) URL.revokeObjectURL(url);
    },
  };
}

function audioOf(run: RunDetail, src: string, captions: string | undefined, spoken: HTMLElement): HTMLAudioElement {
  const audio = element("audio", { controls: true, preload: "metadata", src, ariaLabel: nameOf(run) });
  if (!captions) return audio;
  const track = element("track", { kind: "captions", label: "Captions", src: captions, default: true });
  audio.append(track);
  // "hidden" loads the cues and tells when they change; an <audio> has no place to show them in.
  track.track.mode = "hidden";
  setText(spoken, "Captions appear here while it plays.");
  track.track.addEventListener("cuechange", () => {
    const cues = [...(track.track.activeCues ?? [])] as VTTCue[];
    const text = cues.map((cue) => cue.getCueAsHTML().textContent).join(" ");
    if (text) setText(spoken, text); // between two sentences the last one stays
  });
  return audio;
}

function downloads(run: RunDetail, files: Files): HTMLElement {
  const offered = [...Object.entries(run.audio ?? {}), ...Object.entries(run.captions ?? {})];
  const links = offered.map(([id, path]) => downloadLink(id, path, files));
  return element("p", { className: "downloads" }, "Download: ", ...links.flatMap((link) => [link, " "]));
}

function downloadLink(id: string, path: string, files: Files): HTMLAnchorElement {
  const name = new URL(path, document.baseURI).pathname.split("/").at(-1)!;
  const link = element("a", { href: path, download: name, textContent: id });
  link.addEventListener("click", (event) => {
    const fetched = files.url(path);
    event.preventDefault();
    void fetched
      .then((url) => element("a", { href: url, download: name }).click())
      .catch((error: unknown) => link.after(failure(link.parentElement!, error)));
  });
  return link;
}

function failure(place: HTMLElement, error: unknown): HTMLElement {
  place.hidden = false;
  const said = error instanceof Problem ? error.message : String(error);
  return element("span", { className: "error", role: "alert", textContent: `It cannot be loaded. ${said}` });
}

const firstOf = (audio: RunDetail["audio"]) => Object.values(audio ?? {})[0];
