/** `npm run bench -- NAME [options]`: what a benchmark does goes to standard error, its figures last to standard output. */
import { fileURLToPath } from "node:url";

export type Claim = {
  claim: string;
  /** What `goal` speaks of; its direction is told there. */
  ratio: number;
  goal: string;
  holds: boolean;
  [figure: string]: unknown;
};

/** One file each, which exports `run(args)`. */
const names = ["narrate", "edit", "formats", "orchestrator", "memory", "http", "engines", "waiting"];

const [name = "", ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  const said = name === "" ? "Say which benchmark to run" : `There is no benchmark ${JSON.stringify(name)}`;
  process.stderr.write(`${said}: ${names.join(", ")}. bench/README.md tells what each one measures.\n`);
  process.exit(2);
}

try {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { run } = (await import(file)) as { run(args: string[]): Promise<Claim> };
  process.stdout.write(`${JSON.stringify(await run(args))}\n`);
} catch (error) {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  const usage = code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`${usage ? message : stack}\n`);
  process.exit(usage ? 2 : 1);
}
