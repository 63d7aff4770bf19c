import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { describe, expect, test } from "vitest";
import type { StreamingSession } from "voxpipe";
import { openWsSocket } from "../src/sockets/ws-socket.ts";
import { connect } from "./observed-session.ts";
import { settles, turn, until } from "./settles.ts";

const chunk = 1600;

/** Writes as long as `writer.ready` lets it; returns how many bytes were written, and how many the session has accepted. */
function pour(session: StreamingSession) {
  const writer = session.audio.getWriter();
  const poured = { given: 0, taken: 0, stopped: false };
  void (async () => {
    try {
      for (;;) {
        await writer.ready;
        poured.given += chunk;
        writer.write(new Uint8Array(chunk)).then(
          () => {
            poured.taken += chunk;
          },
          () => {},
        );
      }
    } catch {
      poured.stopped = true;
    }
  })();
  return poured;
}

describe("beyond audioBuffer nothing is accepted", () => {
  test.each([
    ["before the connection is open", 1000],
    ["before the connection is open", 200],
  ])("%s (%i ms)", async (_, audioBuffer) => {
    await using emulator = await startEmulator({ faults: [{ when: "open", do: "hang" }] });
    const session = connect({ apiHost: emulator.url, audioBuffer });
    const poured = pour(session);
    await until("the buffer to be full", () => poured.given >= audioBuffer * 32);
    await turn();
    expect(poured.given).toBe(audioBuffer * 32);
    expect(poured.taken).toBe(0);
    session.abort();
    await until("the writer to fail", () => poured.stopped);
  });

  test("while the connection is down", async () => {
    await using emulator = await startEmulator({
      faults: [
        { when: "begin", do: "drop", session: 0 },
        { when: "open", do: "hang", session: ({ index }) => index > 0 },
      ],
    });
    const session = connect({ apiHost: emulator.url });
    await session.opened;
    await until("the drop", () => session.state === "reconnecting");
    const poured = pour(session);
    await until("the buffer to be full", () => poured.given >= 32_000);
    await turn();
    expect(poured.given).toBe(32_000);
    session.abort();
  });

  test("while the peer stalls: what left for the kernel, 64 KiB in the socket, and audioBuffer", async () => {
    await using emulator = await startEmulator({ faults: [{ when: "begin", do: "stall" }] });
    let sent = 0;
    let waiting = () => 0;
    const session = connect(
      { apiHost: emulator.url },
      {
        openSocket: (...args) => {
          const socket = openWsSocket(...args);
          waiting = () => socket.bufferedAmount;
          const send: typeof socket.send = (data) => {
            sent += data.length;
            socket.send(data);
          };
          return Object.setPrototypeOf({ send }, socket);
        },
      },
    );
    const poured = pour(session);
    await until("all buffers to be full", () => waiting() > 64 * 1024 && poured.given - poured.taken >= 32_000);
    await turn();
    const left = sent - waiting();
    expect(waiting()).toBeGreaterThan(64 * 1024);
    expect(poured.given - left).toBeLessThanOrEqual(64 * 1024 + 2 * chunk + 32_000);
    expect(poured.given - poured.taken).toBeLessThanOrEqual(32_000);
    session.abort();
  });
});

test("a peer that reads again gets all that waited", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "begin", do: { stall: 1500 } }] });
  const session = connect({ apiHost: emulator.url });
  const size = 12_000_000;
  const source = new Blob([new Uint8Array(size)]).stream();
  expect(await settles("pipeTo", source.pipeTo(session.audio))).toBe("resolved");
  expect(emulator.sessions[0]?.audio.bytes).toBe(size);
});

test("a write resolves only once the connection has taken its last byte", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "open", do: { delay: 200 } }] });
  const session = connect({ apiHost: emulator.url });
  const order: string[] = [];
  void session.opened.then(() => order.push("opened"));
  await session.audio.getWriter().write(new Uint8Array(100));
  order.push("written");
  expect(order).toEqual(["opened", "written"]);
  await session.close();
});
