/** For what must be quick, on a machine that is shared, busy or asleep for a while. */

/**
 * ms since it was started, without those in which this process stood still: a machine that stops for seconds stops it,
 * too. For what happens in other processes, or waits.
 */
export function stopwatch(): () => number {
  const MOST_MS = 100; // that count of one gap
  let counted = 0;
  const look = gaps((ms) => (counted += Math.min(ms, MOST_MS)));
  return () => (look(), counted);
}

/** How often this process has stood still for longer since then: a fault like others, though nobody asked for it. */
export function standstills(longerThanMs: number): () => number {
  let seen = 0;
  const look = gaps((ms) => (seen += Number(ms > longerThanMs)));
  return () => (look(), seen);
}

/** Tells the ms between looks, of which there are a hundred a second where the process runs. */
function gaps(tell: (ms: number) => void): () => void {
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    tell(now - last);
    last = now;
  };
  setInterval(look, 10).unref();
  return look;
}

/** ms that this process has computed since it was started. For what reckons and does not wait. */
export function processorTime(): () => number {
  const since = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(since);
    return (user + system) / 1000;
  };
}
