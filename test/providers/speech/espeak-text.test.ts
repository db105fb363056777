import * as fc from "fast-check";
import { expect, test } from "vitest";
import { engineText } from "../../../src/providers/speech/espeak-text.ts";

test("plain text passes as it is, with UTF-16 offsets for its code points", () => {
  expect(engineText("a👍é b")).toEqual({ text: "a👍é b", offsets: [0, 1, 3, 4, 5] });
});

test("commands, controls, private characters and lone surrogates become blanks", () => {
  expect(engineText("\u000150S\0x\uE000\ud800y\u200bz").text).toBe(" 50S x  y z");
});

test("invisible characters go, those that join letters and emoji stay", () => {
  expect(engineText("inter\u00adnational \u202eabc\u202c \ufeffx").text).toBe("international abc x");
  expect(engineText("می\u200cخواهم 👩\u200d👧").text).toBe("می\u200cخواهم 👩\u200d👧");
});

test("decomposed letters are composed and keep their place", () => {
  expect(engineText("cafe\u0301 x")).toEqual({ text: "café x", offsets: [0, 1, 2, 3, 5, 6] });
});

test("any text becomes well-formed text without controls, with a rising offset for each code point", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { text: readable, offsets } = engineText(text);
      expect(readable).toBe(readable.toWellFormed());
      expect(readable).not.toMatch(/\p{Cc}/u);
      expect([...readable]).toHaveLength(offsets.length);
      expect(offsets.every((offset, index) => offset < text.length && offset >= (offsets[index - 1] ?? 0))).toBe(true);
    }),
  );
});
