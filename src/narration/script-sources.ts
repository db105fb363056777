import { isToken, type Script, type ScriptBlock, type Token } from "./script.ts";

/** How far apart two versions of a block may run before what follows is taken for new, in tokens of both together. */
const reach = 60;

/**
 * The script with the places in the source that its tokens lost by being written as text, from a script of the same source
 * (`base`). A token that the base does not have keeps null.
 */
export function withSources(script: Script, base: Script): Script {
  const partners = partnersOf(script.blocks, base.blocks);
  const blocks = script.blocks.map((block, index) => {
    const partner = partners[index];
    return partner ? { ...block, inline: placed(block, partner) } : block;
  });
  return { ...script, blocks };
}

/** For each block the base's: the one of its id, else the one in its place between two that are known. */
function partnersOf(blocks: ScriptBlock[], base: ScriptBlock[]): (ScriptBlock | undefined)[] {
  const byId = new Map(base.map((block, index) => [block.id, index]));
  const known = blocks.map(({ id }) => byId.get(id));
  const used = new Set(known);
  let last = -1;
  return known.map((index, at) => {
    if (index !== undefined) {
      last = index;
      return base[index];
    }
    const next = last + 1;
    if (used.has(next) || base[next]?.kind !== blocks[at]!.kind) return undefined;
    last = next;
    return base[next];
  });
}

function placed(block: ScriptBlock, partner: ScriptBlock): ScriptBlock["inline"] {
  const tokens = block.inline.filter(isToken);
  const sources = aligned(tokens, partner.inline.filter(isToken));
  let count = 0;
  return block.inline.map((part) => {
    if (!isToken(part)) return part;
    const source = part.source ?? sources[count] ?? null;
    count++;
    return { ...part, source };
  });
}

/** The sources of tokens that both have, in order; where they part, the nearest place at which two in a row agree again. */
function aligned(tokens: Token[], base: Token[]): (Token["source"] | undefined)[] {
  const same = (a: number, b: number) => tokens[a]?.display === base[b]?.display;
  const agree = (a: number, b: number) => a < tokens.length && b < base.length && same(a, b) && same(a + 1, b + 1);
  const sources: (Token["source"] | undefined)[] = [];
  let [here, there] = [0, 0];
  while (here < tokens.length && there < base.length) {
    if (same(here, there)) {
      sources[here++] = base[there++]!.source;
      continue;
    }
    const [skipped, missing] = resume((a, b) => agree(here + a, there + b)) ?? [1, 1];
    here += skipped;
    there += missing;
  }
  return sources;
}

function resume(agree: (skipped: number, missing: number) => boolean): [number, number] | null {
  for (let apart = 1; apart <= reach; apart++) {
    for (let skipped = 0; skipped <= apart; skipped++) {
      if (agree(skipped, apart - skipped)) return [skipped, apart - skipped];
    }
  }
  return null;
}
