const digits: Record<string, string> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "+": "⁺",
  "-": "⁻",
  "−": "⁻",
};

/**
 * What is heard of raised text behind `before`: a power by its raised digits, "th" as it is. Marks are silent: of a note ("[3]", "[citation
 * needed]", a number behind the end of a clause) and of a trade ("TM").
 */
export function raisedText(text: string, before: string): string {
  const bare = text.trim();
  if (/^\[.*\]$/s.test(bare) || /^(?:TM|SM|MD|MC)$/i.test(bare)) return "";
  if (!/^[\d+−-]+$/.test(bare)) return text;
  if (/\p{L}{2}["'”’»]?[.,;:!?…]["'”’»]?$/u.test(before)) return "";
  return [...bare].map((digit) => digits[digit]).join("");
}
