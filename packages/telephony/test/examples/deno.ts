import { transcribe } from "./transcribe.ts";

export const server = Deno.serve((request) => {
  if (new URL(request.url).pathname !== "/media") return new Response("Not found", { status: 404 });
  const { socket, response } = Deno.upgradeWebSocket(request);
  void transcribe(socket);
  return response;
});
