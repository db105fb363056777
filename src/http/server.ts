/** The HTTP server: what holds for every request, and the resources. */
import type { Socket } from "node:net";
import { STATUS_CODES } from "node:http";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import { fastify, LogController, type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { HttpApp } from "./app.ts";
import { audioEvents } from "./audio-events.ts";
import { audioGenerate } from "./audio-generate.ts";
import { audioMedia } from "./audio-media.ts";
import { authenticate } from "./auth.ts";
import { health } from "./health.ts";
import { deadLetters } from "./dead-letters.ts";
import { readJsonBodies } from "./json-body.ts";
import { metrics } from "./metrics.ts";
import { refuseUnknown } from "./not-found.ts";
import { describeApi } from "./openapi.ts";
import { page } from "./page.ts";
import { runActions } from "./run-actions.ts";
import { runList } from "./run-list.ts";
import { runStatus } from "./run-status.ts";
import { schedules } from "./schedules.ts";
import { voices } from "./voices.ts";
import { answerProblem, PROBLEM, problemText, Refusal } from "./problem.ts";
import { logAtEnd, logRequests, traceIdOf } from "./trace.ts";

/** For a request's headers, for all of it, and for a connection on which nothing moves. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
const SILENT_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;

/** Not yet listening: `listen({ host, port })`. `close()` ends event streams and lets other answers end. */
export async function buildServer(app: HttpApp): Promise<FastifyInstance> {
  const server = fastify({
    loggerInstance: app.logger,
    genReqId: traceIdOf,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "trace_id" }),
    bodyLimit: app.settings.maxBodyBytes,
    connectionTimeout: SILENT_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 2000, requireHostHeader: false },
    return503OnClosing: false, // its body is no problem; connections are told to close
    routerOptions: { maxParamLength: 16_384 },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors(error, request, reply) {
      logAtEnd(request, reply);
      return answerProblem(error, request, reply);
    },
  }) as unknown as FastifyInstance;
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.setErrorHandler(answerProblem);
  logRequests(server);
  refuseInNodesStead(server);
  // What is asked of a run is true for a moment only; files and the page say otherwise of themselves.
  server.addHook("onRequest", async (_request, reply) => void reply.header("cache-control", "no-store"));
  await protect(server, app);
  refuseUnknown(server);
  authenticate(server, app.settings);
  readJsonBodies(server);
  await describeApi(server, app);
  metrics(server, app); // here, since it counts the requests of all
  for (const resource of [
    audioGenerate,
    runStatus,
    runList,
    runActions,
    deadLetters,
    schedules,
    audioEvents,
    audioMedia,
    voices,
    health,
  ]) {
    await server.register(async (scope) => resource(scope, app));
  }
  await page(server, app);
  server.addHook("preClose", async () => {
    setTimeout(() => server.server.closeAllConnections(), app.settings.shutdownMs).unref();
  });
  return server;
}

/** What Node itself would refuse, with a body that is empty. */
function refuseInNodesStead(server: FastifyInstance): void {
  server.addHook("onRequest", async ({ headers: { host }, raw: { httpVersion } }) => {
    if (host !== undefined || httpVersion === "1.0") return;
    throw new Refusal(400, "host_missing", "A request of HTTP/1.1 names the Host it is for. Send that header.");
  });
  server.server.on("checkExpectation", (_request, response) => {
    const refusal = new Refusal(417, "expectation_failed", "Only 100-continue can be expected. Leave the header out.");
    response.writeHead(refusal.status, { "content-type": PROBLEM, connection: "close" }).end(problemText(refusal));
  });
}

/** What browsers are told: which pages may call, and what a page of ours may load. */
async function protect(server: FastifyInstance, { settings: { corsOrigins } }: HttpApp): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
        imgSrc: ["'self'", "data:"], // the documentation's
        mediaSrc: ["'self'", "blob:"],
        objectSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"], // the documentation's
      },
    },
    crossOriginResourcePolicy: { policy: corsOrigins.length > 0 ? "cross-origin" : "same-origin" },
    strictTransportSecurity: false, // for the proxy that speaks TLS to say
  });
  if (corsOrigins.length === 0) return;
  await server.register(cors, {
    origin: corsOrigins.includes("*") ? "*" : corsOrigins,
    methods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    exposedHeaders: ["location", "etag", "content-range", "accept-ranges", "content-length", "retry-after"],
    maxAge: 600,
    strictPreflight: false, // it would refuse with an answer of its own
  });
}

/** Node could not read a request: too slow, too large, or not HTTP. There is no request to answer, only a socket. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const refusal = brokenRequest(error.code);
  const body = problemText(refusal);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    `Content-Type: ${PROBLEM}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function brokenRequest(code = ""): Refusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Refusal(408, "request_timeout", "The request did not arrive in time. Send it again, faster.");
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return new Refusal(431, "headers_too_large", "The request's headers have more than 16 KiB. Send fewer.");
  }
  return new Refusal(400, "not_http", "This is no HTTP/1.1 request that can be read.");
}
