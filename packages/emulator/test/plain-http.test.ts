import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { expect, test } from "vitest";
import { startEmulator } from "../src/server.ts";

const h2c = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };

test.each([false, true])("an upgrade to something else than a WebSocket is ignored (TLS: %s)", async (tls) => {
  await using emulator = await startEmulator({ tls });
  const ask = (method: string, path: string, body = "") =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const headers = {
        ...h2c,
        authorization: "key",
        "content-type": "application/json",
        "content-length": body.length,
      };
      const options = { method, headers, ca: emulator.certificate, agent: false as const };
      const sent = (tls ? secureRequest : request)(
        `${emulator.url.replace("ws", "http")}${path}`,
        options,
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (piece) => {
            text += piece;
          });
          response.on("end", () => resolve({ status: response.statusCode, text }));
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  const token = await ask("GET", "/v3/token?expires_in_seconds=60");
  expect(token).toMatchObject({ status: 200, text: expect.stringContaining('"token"') });
  const faults = JSON.stringify([{ when: "begin", do: "drop" }]);
  expect(await ask("POST", "/emulator/faults", faults)).toEqual({ status: 200, text: faults });
  expect(await ask("GET", "/v3/ws?sample_rate=16000")).toMatchObject({ status: 426 });
  expect(await ask("GET", "/elsewhere")).toMatchObject({ status: 404 });
  expect(emulator.sessions).toEqual([]);
});
