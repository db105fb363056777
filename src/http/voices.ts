/** `GET /v1/voices`: the voices that can be asked for, and which one `default` is in a locale. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { HttpApp } from "./app.ts";
import { json, problems } from "./openapi.ts";

const voice = z
  .object({
    voice_key: z.string().describe("what POST /audio/generate takes as voice"),
    name: z.string(),
    provider: z.string(),
    locales: z.array(z.string()).describe("BCP 47; empty: any"),
  })
  .meta({ id: "Voice" });

const answer = z
  .object({
    voices: z.array(voice),
    defaults: z.record(z.string(), z.string()).describe("the voice_key that default means, by locale"),
  })
  .meta({ id: "Voices" });

export function voices(server: FastifyInstance, app: HttpApp): void {
  server.withTypeProvider<ZodTypeProvider>().get(
    "/v1/voices",
    {
      schema: {
        tags: ["voices"],
        operationId: "listVoices",
        summary: "The voices there are",
        response: { 200: json("The voices", answer), ...problems() },
      },
    },
    async () => {
      const { all, defaults } = await app.voices();
      const listed = all.map(({ key, name, provider, locales }) => ({ voice_key: key, name, provider, locales }));
      return { voices: listed, defaults };
    },
  );
}
