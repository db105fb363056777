/** `GET /`: the page, as it was built. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { HttpApp } from "./app.ts";

export async function page(server: FastifyInstance, { pageDir }: HttpApp): Promise<void> {
  if (pageDir === null || !existsSync(join(pageDir, "index.html"))) {
    server.get("/", { schema: { hide: true } }, async (_request, reply) => reply.redirect("/docs"));
    return;
  }
  await server.register(fastifyStatic, {
    root: pageDir,
    wildcard: false, // a route a file: what is not there is our own 404
    decorateReply: false,
    setHeaders: (reply, path) => {
      // Vite names what lies in assets/ after its content
      const lasts = /[\\/]assets[\\/]/.test(path);
      reply.header("cache-control", lasts ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
