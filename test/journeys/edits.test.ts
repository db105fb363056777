/** Whatever is edited, what is billed are the sentences that no earlier version had. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { place, sentence, type Database } from "../support/program.ts";

const here = place();
let database: Database; // held, so that the server need not start and stop for each version
beforeAll(async () => void (database = await here.database()));
afterAll(async () => {
  await database.leave();
  await here.close();
});

/** Paragraphs of sentences. */
type Text = string[][];

const kinds = ["change", "insert", "delete", "move", "duplicate"] as const;
const scopes = ["sentence", "paragraph"] as const;
const edit = fc.record({
  kind: fc.constantFrom(...kinds),
  scope: fc.constantFrom(...scopes),
  from: fc.nat(99),
  to: fc.nat(99),
  number: fc.integer({ min: 1000, max: 9_999_999 }),
});
type Edit = { kind: (typeof kinds)[number]; scope: (typeof scopes)[number]; from: number; to: number; number: number };

function edited(text: Text, { kind, scope, from, to, number }: Edit): Text {
  const paragraphs = text.map((sentences) => [...sentences]);
  const place = from % paragraphs.length;
  if (kind === "change") {
    const sentences = paragraphs[place]!;
    const changed = to % sentences.length;
    sentences[changed] = sentences[changed]!.replace(/\w+\.$/, `on day ${lettered(number)}.`);
  } else if (scope === "sentence") {
    arrange(paragraphs[place]!, paragraphs[to % paragraphs.length]!, kind, { from, to, added: sentence(number) });
  } else arrange(paragraphs, paragraphs, kind, { from, to, added: [sentence(number), sentence(number + 1)] });
  const kept = paragraphs.filter((sentences) => sentences.length > 0);
  return kept.length > 0 ? kept : [[sentence(number)]];
}

/** Digits would be billed as the words that are said for them. */
function lettered(number: number): string {
  return Array.from(String(number), (digit) => "abcdefghij"[Number(digit)]).join("");
}

function arrange<T>(source: T[], target: T[], kind: Edit["kind"], o: { from: number; to: number; added: T }): void {
  const at = o.from % source.length;
  const taken = kind === "insert" ? o.added : source[at]!;
  if (kind === "delete" || kind === "move") source.splice(at, 1);
  if (kind !== "delete") target.splice(o.to % (target.length + 1), 0, taken);
}

const charactersOf = (sentences: Iterable<string>) =>
  [...new Set(sentences)].reduce((sum, each) => sum + [...each].length, 0);

test("edits cost the sentences that no earlier version had, and those exactly", { timeout: 120_000 }, async () => {
  const seen = new Set<string>();
  const versions = fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 });
  const holds = fc.asyncProperty(fc.nat(9_000_000), versions, async (first, changes) => {
    let text: Text = [0, 1, 2].map((paragraph) => [0, 1].map((index) => sentence(first + paragraph * 2 + index)));
    for (const edits of [[], ...changes]) {
      text = edits.reduce(edited, text);
      const file = here.write("text.md", text.map((sentences) => sentences.join(" ")).join("\n\n"));
      const { characters, segments } = await here.narrate(file);
      const fresh = text.flat().filter((each) => !seen.has(each));
      expect(characters).toEqual({ total: charactersOf(text.flat()), billed: charactersOf(fresh) });
      expect(segments.synthesised).toBe(new Set(fresh).size);
      for (const each of text.flat()) seen.add(each);
    }
  });
  await fc.assert(holds, { numRuns: 3, seed: 20_260_101, endOnFailure: true });
});
