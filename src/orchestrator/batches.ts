/** What comes at one moment is written in one statement: its cost and its commit are shared. */

export type Batches<One> = {
  /** `alone`: nothing else is under way that could come in the same moment. */
  add(one: One, alone?: boolean): void;
  /** Resolves when all that was added is written. */
  idle(): Promise<void>;
};

export type BatchOptions<One> = {
  /** In one statement. */
  most: number;
  /** Statements at once: with one alone, Postgres and this process would take turns. */
  abreast: number;
  /** A batch holds no two of the same key. */
  keyOf?(one: One): string;
};

/** `write` never rejects. */
export function openBatches<One>(
  { most, abreast, keyOf }: BatchOptions<One>,
  write: (some: One[]) => Promise<void>,
): Batches<One> {
  const queue: One[] = [];
  const writing = new Set<Promise<void>>();
  let gathering: Promise<void> | null = null;

  function gathered(): void {
    gathering = null;
    while (queue.length > 0 && writing.size < abreast) {
      const batch = write(queue.splice(0, length())).finally(() => {
        writing.delete(batch);
        gathered();
      });
      writing.add(batch);
    }
  }

  /** Of the next batch. */
  function length(): number {
    if (!keyOf) return most;
    const seen = new Set<string>();
    const twice = queue.findIndex((one) => seen.size === seen.add(keyOf(one)).size);
    return twice < 0 ? most : Math.min(twice, most);
  }

  return {
    add(one, alone = false) {
      queue.push(one);
      // a turn of the event loop lets what comes together be written together
      const turn = () => (alone ? Promise.resolve() : new Promise<void>((resolve) => setImmediate(resolve)));
      gathering ??= turn().then(gathered);
    },
    async idle() {
      while (gathering ?? writing.size > 0) await (gathering ?? Promise.race(writing));
    },
  };
}
