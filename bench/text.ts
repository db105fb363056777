/** English prose to measure with: headings, paragraphs and lists, the same for the same length, no sentence twice. */

type Choose = <T>(from: readonly T[]) => T;

const people = ["The keeper", "Dr. Ames", "Her brother", "The engineer", "Mrs. Okafor", "A young clerk", "The pilot"];
const many = [
  "The fishermen",
  "Two surveyors",
  "Most visitors",
  "The older boats",
  "Three families",
  "Letters from home",
];
const past = [
  "kept",
  "mended",
  "counted",
  "carried",
  "described",
  "measured",
  "forgot",
  "painted",
  "sold",
  "remembered",
];
const plural = ["left", "reached", "avoided", "praised", "rebuilt", "watched", "needed", "followed", "crossed"];
const things = [
  "lamp",
  "north window",
  "small harbour",
  "copper clock",
  "tide table",
  "old road",
  "ferry",
  "stone pier",
];
const more = ["garden wall", "weather book", "signal", "long bridge", "winter store", "narrow stair", "map", "engine"];
const places = ["near the cliff", "behind the chapel", "at the far end of the bay", "in the valley", "on the island"];
const times = [
  "before dawn",
  "in the spring of 1887",
  "every Thursday",
  "at 6:30 in the evening",
  "after the great storm",
];
const later = ["by the end of May", "long before the war", "within 14 days", "on 3 October 1921", "for almost a year"];
const links = ["because", "although", "so that", "and yet", "until", "while", "as soon as"];
const states = [
  "the wind had turned",
  "nobody was awake",
  "the price rose by 12%",
  "it cost £3.50 a week",
  "the roof leaked",
];
const ends = [
  "the light could be seen for 20 miles",
  "rain was rare",
  "the school stayed shut",
  "there was no other way",
];
const plain = ["It was not always like this.", "Nothing came of it.", "What happened then?", "The answer is simple!"];

/** Markdown of at least `characters` characters, and at most one paragraph more. */
export function proseOf(characters: number, seed = 1): string {
  const random = seeded(seed);
  const choose: Choose = (from) => from[Math.floor(random() * from.length)]!;
  const told = new Set<string>();
  const parts = ["# A history of the harbour"];
  let length = parts[0]!.length;
  for (let count = 1; length < characters; count++) {
    const part = partOf(count, () => freshSentence(choose, told), choose);
    parts.push(part);
    length += part.length + 2;
  }
  return `${parts.join("\n\n")}\n`;
}

function partOf(count: number, sentence: () => string, choose: Choose): string {
  const some = (least: number, most: number) =>
    Array.from({ length: choose(Array.from({ length: most - least + 1 }, (_, index) => least + index)) }, sentence);
  if (count % 7 === 0) return `## Chapter ${count / 7}: ${choose(more)} and ${choose(things)}`;
  if (count % 11 === 0) {
    return some(2, 4)
      .map((item) => `- ${item}`)
      .join("\n");
  }
  return some(2, 7).join(" ");
}

/** Few short ones, which repeat in real texts too; all others once. */
function freshSentence(choose: Choose, told: Set<string>): string {
  if (choose([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) === 0 && told.size > 20) return choose(plain);
  for (let tries = 0; ; tries++) {
    const sentence = tries < 50 ? sentenceOf(choose) : `${sentenceOf(choose).slice(0, -1)}, page ${told.size}.`;
    if (told.has(sentence)) continue;
    told.add(sentence);
    return sentence;
  }
}

function sentenceOf(choose: Choose): string {
  const clause = () =>
    choose([0, 1]) === 0
      ? `${choose(people)} ${choose(past)} the ${choose(things)} ${choose(places)}`
      : `${choose(many)} ${choose(plural)} the ${choose(more)} ${choose(places)}`;
  switch (choose([0, 1, 2, 3, 4])) {
    case 0:
      return `${clause()} ${choose(times)}.`;
    case 1:
      return `${clause()} ${choose(links)} ${choose(states)}.`;
    case 2:
      return `${clause()} ${choose(later)}, ${choose(links)} ${choose(ends)}, and ${choose(states)}.`;
    case 3:
      return `“${clause()},” said ${choose(people)} ${choose(times)}; ${choose(states)}.`;
    default:
      return `${clause()} ${choose(links)} ${choose(ends)}, ${choose(later)}.`;
  }
}

/** mulberry32, by Tommy Ettinger (public domain): numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
