import type { Attribute, Elements } from "./html-elements.ts";
import { cleaned, image, isSpeakable } from "./page.ts";

/*
 * What stands on a page instead of words: heard by its name where it has one.
 */

// What programs and hurried people write where a description belongs.
const emptyAlt =
  /^(?:(?:image|img|photo|picture|pic|graphic|figure|thumbnail|logo|icon|avatar|spacer|banner|screenshot|untitled|placeholder|gambar|foto|ilustrasi)s?[\s_-]*\d*|(?:dsc|img|pxl|mvimg|screenshot|image|photo|whatsapp[ _]image)[\s_-]*[\d\s_.:-]+(?:at[\s\d.:-]+)?(?:am|pm)?|refer to caption|[^\s]+\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic))$/i;

export function sayImage({ page }: Elements, attribute: Attribute): void {
  if (/^(?:presentation|none)$/i.test(attribute("role")?.trim() ?? "") || isPixel(attribute)) return;
  if (badge.test(attribute("data-canonical-src") ?? attribute("src") ?? "")) return;
  const alt = (attribute("alt") ?? attribute("aria-label") ?? "").trim();
  // JSX: a text in braces and quotes is that text, anything else there is code.
  const code = /^\{\s*(?:(["'`])(.*)\1|.*)\s*\}$/s.exec(alt);
  const said = code === null ? alt : (code[2] ?? "");
  if (!emptyAlt.test(said)) image(page, said, null);
}

/** Where a project's state is drawn as a picture ("build: passing"), by the services that do. */
export const badge =
  /^(?:https?:)?\/\/(?:[\w.-]*\b(?:shields\.io|badgen\.net|badge\.fury\.io|codecov\.io|coveralls\.io|travis-ci\.(?:com|org))\/|\S*\/(?:badges?\b|badge\.svg))/i;

/** Counts visits, shows nothing. */
function isPixel(attribute: Attribute): boolean {
  return /^[01](?:px)?$/.test(attribute("width") ?? "") && /^[01](?:px)?$/.test(attribute("height") ?? "");
}

const videoSites =
  /^(?:https?:)?\/\/(?:[\w-]+\.)*(?:youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com|dailymotion\.com|vidio\.com)\//i;
const audioSites = /^(?:https?:)?\/\/(?:[\w-]+\.)*(?:soundcloud\.com|spotify\.com|podcasts\.apple\.com|anchor\.fm)\//i;
const playerNames =
  /^(?:(?:youtube|vimeo|dailymotion|soundcloud|spotify)(?:\.com)?\s*)?(?:video|audio|media|embedded?|music)?\s*(?:player|embed|iframe|widget)?$/i;

/** The name of a video, a sound or a drawing, announced; without one, and of anything else that a frame shows, nothing is heard. */
export function sayMedia({ page }: Elements, name: string, attribute: Attribute): void {
  const label = cleaned(attribute("aria-label") ?? attribute("title") ?? "")
    .replace(/\s+/g, " ")
    .trim();
  if (!isSpeakable(label) || playerNames.test(label)) return;
  if (name === "svg") {
    if (/^img$/i.test(attribute("role") ?? "")) image(page, label, null);
    return;
  }
  const source = attribute("src") ?? attribute("data-src") ?? "";
  const video = name === "video" || (name === "iframe" && videoSites.test(source));
  const audio = name === "audio" || (name === "iframe" && audioSites.test(source));
  if (!video && !audio) return;
  const phrase = video ? page.phrases.video : page.phrases.audio;
  image(page, label, null, phrase);
}

export const media = new Set(["video", "audio", "iframe", "svg"]);
