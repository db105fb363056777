/** A TCP proxy that can go silent without a word, as a cut cable, a forgetful router or a frozen server does. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";

export type Wire = {
  /** The given URL, through this wire. */
  url: string;
  /** New connections go there instead. */
  lead(url: string): void;
  /** From now on nothing passes over the connections there are; new ones pass unless `all`. */
  freeze(options?: { all: boolean }): void;
  /** New connections pass again. */
  thaw(): void;
  /** Connections that are open at this end. */
  open(): number;
  close(): Promise<void>;
};

export async function wire(to: string): Promise<Wire> {
  let target = new URL(to);
  const pairs = new Set<[Socket, Socket]>();
  let dead = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [one, other] of [pair, pair.toReversed()] as [Socket, Socket][]) {
      one
        .on("error", () => {})
        .on("close", () => {
          pairs.delete(pair);
          other.destroy();
        });
      if (!dead) one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(to);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    lead(other) {
      target = new URL(other);
    },
    freeze({ all } = { all: false }) {
      dead = all;
      for (const [near, far] of pairs) {
        near.unpipe(far).resume(); // what comes is lost; that an end closes is still noticed
        far.unpipe(near).resume();
      }
    },
    thaw() {
      dead = false;
    },
    open: () => pairs.size,
    async close() {
      server.close();
      pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()));
      await once(server, "close");
    },
  };
}
