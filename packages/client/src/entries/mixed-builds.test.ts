import type { SocketListener } from "@voxpipe/core";
import { expect, test, vi } from "vitest";
import { openWsSocket } from "../sockets/ws-socket.ts";

// The file that `ws` has for browsers, as Jest with jsdom picks it beside voxpipe's build for Node.
vi.mock("isomorphic-ws", async () => {
  const [{ createRequire }, { dirname, join }] = [await import("node:module"), await import("node:path")];
  const require = createRequire(import.meta.url);
  return { default: require(join(dirname(require.resolve("ws")), "browser.js")) };
});

test("the browser's ws in Node's build: says that builds are mixed, and how Jest resolves them alike", () => {
  const listener: SocketListener = { opened() {}, message() {}, alive() {}, closed() {} };
  expect(() => openWsSocket("ws://127.0.0.1:9", undefined, listener)).toThrow(
    expect.objectContaining({
      code: "connection-failed",
      retryable: false,
      message: expect.stringMatching(/^Two builds are mixed: .+customExportConditions: \["node", "node-addons"\]/),
    }),
  );
});
