export type TimelinePiece = {
  /** Samples of its own sound, pauses inside included. */
  samples: number;
  /** Samples of silence between the piece before it (or the lead) and this one. */
  pauseBefore: number;
};

export type Timeline = { starts: number[]; samples: number };

/**
 * Where every piece begins, and how long the whole is. All in integer samples of the mastered PCM: sums of seconds
 * drift, these do not. `lead` and `tail`: samples of silence around everything.
 */
export function layOut(o: { pieces: readonly TimelinePiece[]; lead: number; tail: number }): Timeline {
  let at = whole("lead", o.lead);
  const starts = o.pieces.map(({ samples, pauseBefore }) => {
    const start = at + whole("pauseBefore", pauseBefore);
    at = start + whole("samples", samples);
    return start;
  });
  return { starts, samples: whole("samples", at + whole("tail", o.tail)) };
}

function whole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`Expected \`${name}\` to be a non-negative integer of samples, got ${value}.`);
}
