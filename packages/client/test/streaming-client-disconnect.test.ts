import { afterAll, describe, expect, test } from "vitest";
import { clientServer, frame } from "./client-server.ts";
import { watchRejections } from "./observed-session.ts";
import { settles, turn, until } from "./settles.ts";

const rejections = watchRejections();
afterAll(async () => {
  await turn();
  rejections.stop();
  expect(rejections.seen).toEqual([]);
});

const frames = (count: number) => Array<Uint8Array>(count).fill(frame);

describe("disconnecting", () => {
  test("terminate then close: waits for Termination and delivers what came before it", async () => {
    await using it = await clientServer();
    await it.client.connect();
    await it.client.stream(frames(14));
    await it.client.disconnect({ terminate: true });
    expect(it.events.at(-1)?.type).toBe("Termination");
    expect(it.events.at(-2)).toMatchObject({ type: "Turn", end_of_turn: true, transcript: "harbor point" });
    expect(it.emulator.sessions[0]?.received).toEqual([{ type: "Terminate" }]);
    expect((await it.emulator.sessions[0]?.ended)?.code).toBe(1000);
  });

  test("waits at most terminationTimeout", async () => {
    await using it = await clientServer(
      { faults: [{ when: "terminate", do: "no-termination" }] },
      { terminationTimeout: 50 },
    );
    await it.client.connect();
    expect(await settles("disconnect", it.client.disconnect({ terminate: true }))).toBe("resolved");
    expect(it.errors.map((error) => error.code)).toEqual(["termination-timeout"]);
  });

  test("without terminate it ends at once and is no failure", async () => {
    await using it = await clientServer();
    await it.client.connect();
    await it.client.disconnect();
    await it.emulator.sessions[0]?.ended;
    expect(it.emulator.sessions[0]?.received).toEqual([]);
    expect(it.errors).toEqual([]);
  });

  test("while connecting: connect rejects and nothing is left", async () => {
    await using it = await clientServer({ faults: [{ when: "open", do: "hang" }] });
    const connecting = it.client.connect();
    await it.client.disconnect();
    await expect(connecting).rejects.toMatchObject({ code: "aborted" });
    expect(it.errors).toEqual([]);
  });

  test("disconnect before connect does nothing", async () => {
    await using it = await clientServer();
    await it.client.disconnect();
    await it.client.disconnect({ terminate: true });
    await it.client.connect();
    await until("Begin", () => it.events.length === 1);
  });

  test("Terminate still leaves when stopping in the middle of a stream", async () => {
    await using it = await clientServer();
    await it.client.connect();
    async function* endless() {
      for (;;) {
        await turn();
        yield frame;
      }
    }
    const streaming = it.client.stream(endless());
    await until("some audio", () => (it.emulator.sessions[0]?.audio.messages ?? 0) > 3);
    await it.client.disconnect({ terminate: true });
    expect(await settles("stream", streaming)).toBe("session-ended");
    expect(it.emulator.sessions[0]?.received).toEqual([{ type: "Terminate" }]);
  });

  test("dispose on success", async () => {
    await using it = await clientServer();
    {
      await using client = it.client;
      await client.connect();
      await client.stream(frames(14));
    }
    expect(it.events.at(-1)?.type).toBe("Termination");
  });

  test("dispose on a throw", async () => {
    await using it = await clientServer();
    const work = async () => {
      await using client = it.client;
      await client.connect();
      throw new RangeError("the application's own");
    };
    await expect(work()).rejects.toThrow("the application's own");
    expect(it.events.at(-1)?.type).toBe("Termination");
  });

  test("disconnect from within a slow handler must not deadlock, and later handlers still run", async () => {
    await using it = await clientServer();
    let finished = 0;
    it.client.on("Begin", async (client) => {
      await turn();
      await client.disconnect({ terminate: true });
      await until("the socket to be gone", () => it.emulator.sessions[0]?.state === "ended");
      finished++;
    });
    await it.client.connect();
    expect(await settles("disconnect", it.client.disconnect({ terminate: true }))).toBe("resolved");
    expect(finished).toBe(1);
    expect(it.events.at(-1)?.type).toBe("Termination");
  });

  test("waits until the handlers of every event that came have run", async () => {
    await using it = await clientServer();
    const done: string[] = [];
    for (const type of ["Turn", "Termination"] as const)
      it.client.on(type, async () => {
        // Longer than all else that ends the session takes.
        if (type === "Termination")
          await until("the socket to be gone", () => it.emulator.sessions[0]?.state === "ended");
        await turn();
        done.push(type);
      });
    await it.client.connect();
    await it.client.stream(frames(14));
    await it.client.disconnect({ terminate: true });
    expect(done.at(-1)).toBe("Termination");
    expect(done).toHaveLength(it.events.filter((event) => event.type !== "Begin").length);
  });
});
