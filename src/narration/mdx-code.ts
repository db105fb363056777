/*
 * Where JavaScript in a text ends, told by its brackets, strings and comments. Not a parser of it: what is found is only passed over, and what
 * does not end is text. All searches share a budget, so that a text of nothing but open braces takes linear time.
 */

/** Letters that may still be looked at. */
export type Budget = { left: number };

type Ends = (depth: number, at: number) => boolean;

const closers: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** Behind the bracket that closes the one at `start`; -1 where none does. UTF-16 units. */
export function bracketEnd(text: string, start: number, budget: Budget): number {
  const closed: Ends = (depth) => depth === 0;
  const found = codeEnd(text, start, budget, closed, true);
  // An apostrophe in the text of an element ("it's") begins no string: then the brackets alone count.
  return found === -1 ? codeEnd(text, start, budget, closed, false) : found;
}

/** The first end of a line from `start` on at which no bracket is open and `may` allows the statement to end; -1 where there is none. */
export function statementEnd(text: string, start: number, budget: Budget, may: (lineEnd: number) => boolean): number {
  const ends: Ends = (depth, at) => depth === 0 && (at >= text.length || text[at] === "\n") && may(at);
  return codeEnd(text, start, budget, ends, true);
}

function codeEnd(text: string, start: number, budget: Budget, ends: Ends, strings: boolean): number {
  const open: string[] = [];
  for (let at = start; at <= text.length; at++) {
    if (--budget.left < 0) return -1;
    const letter = text[at] ?? "\n";
    if (letter === "\n" && ends(open.length, at)) return at;
    if (strings) at = passOver(text, at, budget);
    if (closers[letter] !== undefined) open.push(closers[letter]);
    else if (letter === open.at(-1) && open.pop() && ends(open.length, at + 1)) return at + 1;
  }
  return -1;
}

/** The last letter of the string or comment that begins at `at`; `at` itself where none does. */
function passOver(text: string, at: number, budget: Budget): number {
  const letter = text[at];
  if (letter === "/" && text[at + 1] === "*") return endOf(text, "*/", at, budget);
  if (letter === "/" && text[at + 1] === "/" && text[at - 1] !== ":") {
    const end = text.indexOf("\n", at);
    return end === -1 ? text.length - 1 : end - 1;
  }
  return letter === '"' || letter === "'" || letter === "`" ? stringEnd(text, at, letter, budget) : at;
}

function stringEnd(text: string, at: number, quote: string, budget: Budget): number {
  for (let end = at + 1; end < text.length && budget.left > 0; end++) {
    budget.left--;
    if (text[end] === "\\") end++;
    else if (text[end] === quote) return end;
    else if (text[end] === "\n" && quote !== "`") return at;
  }
  return at;
}

function endOf(text: string, mark: string, at: number, budget: Budget): number {
  const end = text.indexOf(mark, at + 2);
  if (end === -1) budget.left -= text.length - at;
  return end === -1 ? at : end + mark.length - 1;
}
