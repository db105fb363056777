/** A BCP 47 tag as it should be written; null for what is none. */
export function canonical(tag: string | null): string | null {
  try {
    return tag === null ? null : (Intl.getCanonicalLocales(tag.trim().replaceAll("_", "-"))[0] ?? null);
  } catch {
    return null;
  }
}

/** `en` of `en-GB`. */
export function primaryLanguage(tag: string): string {
  return tag.split(/[-_]/, 1)[0]!.toLowerCase();
}

// "Undetermined", "no words", "several", "uncoded": said of a text, they name no language to speak it in.
const unspoken = new Set(["und", "zxx", "mul", "mis"]);

/** The tag where it names another language than `own` (a region alone is none), else null. */
export function foreignTo(own: string | null, tag: string | null): string | null {
  const named = canonical(tag);
  if (named === null || unspoken.has(primaryLanguage(named))) return null;
  return own !== null && primaryLanguage(named) === primaryLanguage(own) ? null : named;
}
