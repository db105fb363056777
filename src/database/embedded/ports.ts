/** A TCP port for the server, kept from then on. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the range from which systems give ports to outgoing connections (Linux: 32768 and up), so it stays free. */
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** A port on loopback that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`Found no free port on 127.0.0.1 between ${LOWEST} and ${HIGHEST} in 50 attempts.`);
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", () => resolve(false));
  server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
