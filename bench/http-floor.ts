/** The floor of bench `http`, in a process of its own: `node http-floor.ts URL FILE`. Prints its two ports. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fastify } from "fastify";
import pg from "pg";

const [url = "", file = ""] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });
await pool.query(
  "create table if not exists bench_floor (id bigint generated always as identity primary key, body jsonb)",
);

/** A bare route with one insert. */
const server = fastify();
server.post("/start", async (request, reply) => {
  const text = JSON.stringify(request.body);
  const { rows } = await pool.query({
    name: "one",
    text: "insert into bench_floor (body) values ($1) returning id",
    values: [text],
  });
  return reply.code(202).send({ id: rows[0].id });
});
await server.listen({ host: "127.0.0.1", port: 0 });

/** The same file, streamed by node itself. */
const size = statSync(file).size;
const media = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "audio/mpeg", "content-length": size });
  createReadStream(file).pipe(response);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => media.once("listening", resolve));

const port = (address: unknown) => (address as AddressInfo).port;
process.stdout.write(`${JSON.stringify({ start: port(server.server.address()), media: port(media.address()) })}\n`);
