import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../src/server.ts";

const json = { "content-type": "application/json" };
const handshake = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
};

/** The status of an answer; 101 for a WebSocket. */
function status(emulator: Emulator, method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false as const, rejectUnauthorized: false };
    const send = emulator.url.startsWith("wss") ? secureRequest : request;
    const sent = send(`${emulator.url.replace(/^ws/, "http")}${path}`, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end(method === "POST" ? "[]" : undefined);
  });
}

/** What each of the emulator's doors answers to a client that calls it by this name. */
async function doors(emulator: Emulator, host: string): Promise<number[]> {
  const headers = { host, authorization: "key" };
  return [
    await status(emulator, "GET", "/emulator/sessions", headers),
    await status(emulator, "POST", "/emulator/faults", { ...headers, ...json }),
    await status(emulator, "DELETE", "/emulator/faults", headers),
    await status(emulator, "GET", "/v3/token?expires_in_seconds=60", headers),
    await status(emulator, "GET", "/v3/ws?sample_rate=16000", { ...headers, ...handshake }),
    await status(emulator, "GET", "/faults/begin:drop/v3/ws?sample_rate=16000", { ...headers, ...handshake }),
  ];
}

const open = [200, 200, 200, 200, 101, 101];
const shut = [403, 403, 403, 403, 403, 403];

test.each(["localhost", "LOCALHOST:8765", "localhost.", "app.localhost", "127.0.0.1", "127.8.9.1:1", "[::1]:80"])(
  "the loopback host %s is answered",
  async (host) => {
    await using emulator = await startEmulator();
    expect(await doors(emulator, host)).toEqual(open);
  },
);

test.each([
  "rebound.example",
  "rebound.example:8765",
  "localhost.rebound.example",
  "127.0.0.1.rebound.example",
  "127.0.0.1@rebound.example",
  "rebound.example/localhost",
  "192.0.2.7",
  "0.0.0.0",
  "[2001:db8::1]",
])("a page that rebinds its name to loopback reaches nothing: %s", async (host) => {
  await using emulator = await startEmulator();
  expect(await doors(emulator, host)).toEqual(shut);
  expect(emulator.sessions).toEqual([]);
});

test("names given in allowedHosts are answered, and no others", async () => {
  await using emulator = await startEmulator({ allowedHosts: ["Emulator", "192.0.2.7", "2001:db8::1"] });
  for (const host of ["emulator:8765", "192.0.2.7", "[2001:DB8:0::1]:8765"])
    expect(await doors(emulator, host)).toEqual(open);
  expect(await doors(emulator, "emulator.example")).toEqual(shut);
});

test.each(["http://emulator", "emulator:8765", "emulator/path", "", "[::1]:80"])(
  "allowedHosts refuses %s, which is no host's name",
  async (name) => {
    const failure = startEmulator({ allowedHosts: [name] });
    await expect(failure).rejects.toMatchObject({ code: "invalid-options" });
    await expect(failure).rejects.toThrow(/allowedHosts.*without scheme, port and path/);
  },
);

test("an emulator that listens on every address answers to the one it is reached at", async () => {
  await using emulator = await startEmulator({ host: "0.0.0.0" });
  expect(await doors(emulator, "0.0.0.0")).toEqual(open);
  expect(await doors(emulator, "127.0.0.1")).toEqual(open);
  expect(await doors(emulator, "192.0.2.7")).toEqual(shut);
});

test("the names of the certificate are answered, for clients whose host is fixed", async () => {
  await using emulator = await startEmulator({ tls: { names: ["streaming.assemblyai.com"] } });
  expect(await doors(emulator, "streaming.assemblyai.com")).toEqual(open);
  expect(await doors(emulator, "rebound.example")).toEqual(shut);
});

test("a page of another origin can neither set faults nor read sessions", async () => {
  await using emulator = await startEmulator();
  const host = emulator.url.slice("ws://".length);
  const control = (origin: string) =>
    Promise.all([
      status(emulator, "GET", "/emulator/sessions", { host, origin }),
      status(emulator, "POST", "/emulator/faults", { ...json, host, origin }),
      status(emulator, "DELETE", "/emulator/faults", { host, origin }),
      status(emulator, "POST", "/emulator/sessions/0/fault", { ...json, host, origin }),
    ]);
  for (const origin of ["https://page.example", "http://localhost:1", "null", "chrome-extension://abcdef"])
    expect(await control(origin)).toEqual([403, 403, 403, 403]);
  expect((await control(`http://${host}`)).slice(0, 3)).toEqual([200, 200, 200]);
  // A session is what pages of any origin come for.
  const visit = { ...handshake, host, origin: "https://page.example", authorization: "key" };
  expect(await status(emulator, "GET", "/v3/ws?sample_rate=16000", visit)).toBe(101);
});
