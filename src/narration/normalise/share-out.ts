/**
 * The words of `spoken` for so many tokens: in order, each word once, as evenly as may be, the earlier tokens with one more.
 * Where there are fewer words than tokens, the last tokens get an empty text.
 */
export function shareOut(spoken: string, tokens: number): string[] {
  const words = spoken.split(/\s+/).filter((word) => word !== "");
  const border = (index: number) => index * Math.floor(words.length / tokens) + Math.min(index, words.length % tokens);
  return Array.from({ length: tokens }, (_, index) => words.slice(border(index), border(index + 1)).join(" "));
}
