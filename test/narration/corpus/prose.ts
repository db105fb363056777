/** Sentences that nobody wrote before, English and Indonesian, the same for the same seed; without numbers, which are read otherwise than shown. */

export type Tongue = "en" | "id";

export type Random = { pick<T>(list: readonly T[]): T; below(limit: number): number; chance(share: number): boolean };

/** mulberry32, public domain: small, and the same everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: (list) => list[below(list.length)]!, chance: (share) => next() < share };
}

const words = {
  en: {
    who: [
      "The keeper",
      "A neighbour",
      "Her brother",
      "The old captain",
      "Nobody",
      "The council",
      "A visitor",
      "The baker",
    ],
    does: ["waited for", "mended", "remembered", "painted", "sold", "carried", "found", "forgot", "described"],
    what: [
      "the lantern",
      "a wooden boat",
      "the harbour wall",
      "seven letters",
      "the narrow bridge",
      "an orchard",
      "the bell",
      "a map of the coast",
    ],
    where: [
      "behind the mill",
      "near the ferry",
      "under the chapel",
      "at the edge of town",
      "beside the river",
      "on the hill",
    ],
    when: [
      "before the rain came",
      "while the others slept",
      "as winter ended",
      "long after the war",
      "every spring",
      "that same evening",
    ],
    why: [
      "because the wind had turned",
      "although it was forbidden",
      "and said little about it",
      "so that everyone could see it",
      "but never asked for thanks",
    ],
    noun: [
      "Harbours",
      "Orchards",
      "Bridges",
      "Lanterns",
      "Rivers",
      "Markets",
      "Islands",
      "Bells",
      "Winters",
      "Letters",
    ],
    of: ["of the coast", "after the flood", "in a quiet town", "without a name", "and their keepers", "in plain words"],
  },
  id: {
    who: [
      "Penjaga itu",
      "Seorang tetangga",
      "Kakaknya",
      "Kapten tua",
      "Tidak seorang pun",
      "Dewan desa",
      "Seorang tamu",
      "Tukang roti",
    ],
    does: [
      "menunggu",
      "memperbaiki",
      "mengingat",
      "mengecat",
      "menjual",
      "membawa",
      "menemukan",
      "melupakan",
      "menggambarkan",
    ],
    what: [
      "lentera itu",
      "perahu kayu",
      "tembok pelabuhan",
      "tujuh surat",
      "jembatan sempit",
      "kebun mangga",
      "lonceng tua",
      "peta pesisir",
    ],
    where: [
      "di belakang penggilingan",
      "dekat dermaga",
      "di bawah masjid",
      "di tepi kota",
      "di samping sungai",
      "di atas bukit",
    ],
    when: [
      "sebelum hujan turun",
      "ketika yang lain tidur",
      "pada akhir musim kemarau",
      "lama setelah perang",
      "setiap pagi",
      "malam itu juga",
    ],
    why: [
      "karena angin sudah berubah",
      "meskipun itu dilarang",
      "dan tidak banyak bicara tentang hal itu",
      "supaya semua orang bisa melihatnya",
      "tetapi tidak pernah meminta imbalan",
    ],
    noun: ["Pelabuhan", "Kebun", "Jembatan", "Lentera", "Sungai", "Pasar", "Pulau", "Lonceng", "Kemarau", "Surat"],
    of: [
      "di pesisir",
      "setelah banjir",
      "di kota yang sunyi",
      "tanpa nama",
      "dan para penjaganya",
      "dengan kata sederhana",
    ],
  },
} as const;

export function sentence(random: Random, tongue: Tongue): string {
  const { who, does, what, where, when, why } = words[tongue];
  const said = `${random.pick(who)} ${random.pick(does)} ${random.pick(what)} ${random.pick(where)}`;
  return random.chance(0.5) ? `${said}, ${random.pick(when)}, ${random.pick(why)}.` : `${said} ${random.pick(when)}.`;
}

export function paragraph(random: Random, tongue: Tongue): string {
  return Array.from({ length: 2 + random.below(3) }, () => sentence(random, tongue)).join(" ");
}

export function headline(random: Random, tongue: Tongue): string {
  const { noun, of } = words[tongue];
  return `${random.pick(noun)} ${random.pick(of)}`;
}

export function phrase(random: Random, tongue: Tongue): string {
  const { what, where } = words[tongue];
  const said = `${random.pick(what)} ${random.pick(where)}`;
  return said[0]!.toUpperCase() + said.slice(1);
}

/** What stands on buttons and links. */
export function label(random: Random, tongue: Tongue): string {
  return `${phrase(random, tongue)} ${random.pick(words[tongue].when)}`;
}
