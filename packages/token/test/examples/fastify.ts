import { createRequestListener } from "@remix-run/node-fetch-server";
import fastify from "fastify";
import { token } from "./token.ts";

const listener = createRequestListener(token);

export const app = fastify();
app.register(async (scope) => {
  // No body parser: the handler reads the body itself, up to its limit.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (_request, _body, done) => done(null));
  scope.all("/api/token", (request, reply) => {
    reply.hijack();
    listener(request.raw, reply.raw);
  });
});
