/** Restate: its server as npm brings it, with its own durable log on disk, and a service in this process. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer as createHttp2, type ServerHttp2Session } from "node:http2";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./engines.ts";
import type { Installed } from "./engines-install.ts";

const START_MS = 30_000;

export async function openRestate({ load, program }: Installed, limit: number): Promise<Contestant> {
  process.env["RESTATE_LOGGING"] = "ERROR"; // its SDK tells of each call otherwise, which takes time
  const [restate, { connect }] = await Promise.all([
    load("@restatedev/restate-sdk"),
    load("@restatedev/restate-sdk-clients"),
  ]);
  const [ingress, admin, node, service] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const folder = mkdtempSync(join(tmpdir(), "lector-bench-restate-"));
  const server = spawn(program("restate-server"), ["--base-dir", folder], {
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}/`,
      RUST_LOG: "error",
      DO_NOT_TRACK: "1",
    },
    stdio: "ignore",
    detached: true,
  });
  const services = definitions(restate, limit);
  const endpoint = createHttp2(restate.createEndpointHandler({ services: Object.values(services) }));
  await once(endpoint.listen(service, "127.0.0.1"), "listening");
  await register(admin, service);
  const sessions = new Set<ServerHttp2Session>();
  endpoint.on("session", (session) => void sessions.add(session.once("close", () => sessions.delete(session))));
  const client = connect({ url: `http://127.0.0.1:${ingress}` });
  return {
    name: "Restate",
    three: async (input) => void (await client.serviceClient(services.three).run(input)),
    fan: async (count, ms) => void (await client.serviceClient(services.fan).run({ count, ms })),
    async close() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      process.kill(-server.pid!, "SIGKILL");
      await ended;
      sessions.forEach((session) => session.destroy());
      endpoint.close(); // or this process would not end
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Restate runs the calls of one virtual object's key one after the other: `limit` keys are a limit of as many. */
function definitions(restate: any, limit: number) {
  const three = restate.service({
    name: "three",
    handlers: {
      run: async (ctx: any, input: unknown) => {
        let value = input;
        for (const name of ["a", "b", "c"]) value = await ctx.run(name, () => value);
        return value;
      },
    },
  });
  const nap = restate.object({
    name: "nap",
    handlers: { run: (ctx: any, ms: number) => ctx.run("nap", () => sleep(ms, null)) },
  });
  const fan = restate.service({
    name: "fan",
    handlers: {
      run: async (ctx: any, { count, ms }: { count: number; ms: number }) => {
        const calls = Array.from({ length: count }, (_, index) => ctx.objectClient(nap, String(index % limit)).run(ms));
        await restate.RestatePromise.all(calls);
      },
    },
  });
  return { three, nap, fan };
}

async function register(admin: number, service: number): Promise<void> {
  const uri = `http://127.0.0.1:${service}`;
  for (const until = Date.now() + START_MS; ; await sleep(100)) {
    try {
      const answer = await fetch(`http://127.0.0.1:${admin}/deployments`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ uri }),
      });
      if (answer.ok) return;
      if (Date.now() > until) throw new Error(`Restate refused the service: ${await answer.text()}`);
    } catch (cause) {
      if (Date.now() > until) throw new Error(`Restate did not start in ${START_MS} ms`, { cause });
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
