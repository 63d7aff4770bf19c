import { getRequestListener } from "@hono/node-server";
import { createTokenHandler } from "@voxpipe/token";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";

const token = createTokenHandler({
  apiKey: process.env.ASSEMBLYAI_API_KEY,
  apiHost: process.env.ASSEMBLYAI_HOST,
  // Who may spend your money: here, anyone at this machine. On your site, return the id of the signed-in visitor, or false.
  authorize: ({ headers }) => /^localhost(:\d+)?$/.test(headers.get("host") ?? "") && "this machine",
  maxSessionDurationSeconds: 600,
});

/** The route of your server that issues tokens: here, of Vite's own servers. */
export const tokenRoute: Plugin = { name: "token-route", configureServer: mount, configurePreviewServer: mount };

function mount({ middlewares }: ViteDevServer | PreviewServer): void {
  middlewares.use("/api/token", getRequestListener(token));
}
