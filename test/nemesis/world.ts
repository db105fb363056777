/** A Postgres, a storage, a provider and some processes of Lector, with what can be done to them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fakeTime, fillDisk, smallDisk } from "../support/machine.ts";
import { ownPostgres, type OwnPostgres } from "../support/own-postgres.ts";
import { voiceServer, type Manner, type VoiceServer } from "../support/voice-server.ts";
import { endVoiced, startVoiced, type VoicedProcess } from "../support/voiced.ts";
import { wire, type Wire } from "../support/wire.ts";
import type { Fault } from "./plan.ts";

export type World = {
  postgres: OwnPostgres;
  voice: VoiceServer;
  /** Of the processes that answer just now. */
  urls(): string[];
  /** Does it, and undoes it after its time. */
  strike(fault: Fault): Promise<void>;
  close(): Promise<void>;
};

export type WorldOptions = {
  nodes: number;
  leaseMs: number;
  speechCalls: number;
  patienceMs: number;
  manner(text: string): Manner;
  /** A file descriptor, for what the processes complain of. */
  stderr: number;
};

type Node = { wire: Wire; process: VoicedProcess | null; clock: string; frozen: boolean };

const DISK_MB = 256;

export async function openWorld(o: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "lector-nemesis-"));
  const disk = smallDisk(folder, DISK_MB);
  const postgres = await ownPostgres();
  const voice = await voiceServer(o.manner);
  let deaf = false;
  let ending = false;
  const nodes: Node[] = [];
  for (let index = 0; index < o.nodes; index++) {
    const clock = join(folder, `clock-${index}`);
    writeFileSync(clock, "+0");
    nodes.push({ wire: await wire(postgres.url), process: null, clock, frozen: false });
  }
  await Promise.all(nodes.map(keepAlive));

  /** Whoever died is followed by another one, as a supervisor does it. */
  async function keepAlive(node: Node): Promise<void> {
    while (!ending) {
      const elsewhere = new URL(postgres.url);
      elsewhere.pathname = "/postgres";
      const { leaseMs, speechCalls, patienceMs } = o;
      const given = {
        database: node.wire.url,
        folder: disk.path,
        voice: voice.url,
        leaseMs,
        speechCalls,
        patienceMs,
        slots: 6,
      };
      try {
        const listenAt = deaf ? elsewhere.href : undefined;
        const process = await startVoiced({ ...given, listenAt }, { env: fakeTime(node.clock), stderr: o.stderr });
        node.process = process;
        process.child.once("exit", () => {
          node.process = null;
          node.frozen = false;
          void keepAlive(node);
        });
        return;
      } catch {
        await sleep(300); // Postgres is just away, or it was killed in the middle of its start
      }
    }
  }

  function kill(node: Node): void {
    node.process?.child.kill("SIGKILL");
  }

  async function strike(fault: Fault): Promise<void> {
    const node = "node" in fault ? nodes[fault.node]! : nodes[0]!;
    const { kind, ms } = fault;
    if (kind === "kill") return kill(node);
    if (kind === "halfOpen") return node.wire.freeze();
    if (kind === "postgres") await postgres.kill();
    if (kind === "diskFull") fillDisk(disk.path, join(disk.path, "ballast"));
    if (kind === "clock") writeFileSync(node.clock, "-1h");
    const frozen = node.process;
    if (kind === "freeze") frozen?.child.kill("SIGSTOP");
    node.frozen ||= kind === "freeze" && frozen !== null;
    if (kind === "deaf") deaf = true;
    if (kind === "deaf") nodes.forEach(kill);
    await sleep(ms);
    if (kind === "postgres") await postgres.revive();
    if (kind === "diskFull") rmSync(join(disk.path, "ballast"));
    if (kind === "clock") writeFileSync(node.clock, "+0");
    if (kind === "freeze") frozen?.child.kill("SIGCONT");
    if (kind === "freeze" && node.process === frozen) node.frozen = false;
    if (kind === "deaf") deaf = false;
  }

  return {
    postgres,
    voice,
    urls: () => nodes.flatMap(({ process, frozen }) => (process && !frozen ? [process.url] : [])),
    strike,
    async close() {
      ending = true;
      await Promise.all(nodes.map(({ process }) => process && endVoiced(process)));
      await Promise.all([voice.close(), postgres.close(), ...nodes.map((node) => node.wire.close())]);
      disk.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
