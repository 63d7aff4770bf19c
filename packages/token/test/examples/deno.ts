import { token } from "./token.ts";

const missing = () => new Response("Not found", { status: 404 });
export const server = Deno.serve((request) =>
  new URL(request.url).pathname === "/api/token" ? token(request) : missing(),
);
