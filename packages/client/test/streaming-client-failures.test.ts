import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { clientServer, frame } from "./client-server.ts";
import { watchRejections } from "./observed-session.ts";
import { settles } from "./settles.ts";

const rejections = watchRejections();
afterAll(() => {
  rejections.stop();
  expect(rejections.seen).toEqual([]);
});

describe("a failure that nobody listens to", () => {
  const unheard = async (options: Parameters<typeof clientServer>[1], faults: Parameters<typeof clientServer>[0]) => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => printed.mockRestore());
    const it = await clientServer(faults, options, { errors: false });
    return { it, printed };
  };

  test("without an Error handler a drop is printed once, and stream() rejects from then on", async () => {
    const { it, printed } = await unheard({}, { faults: [{ when: { audioMs: 1000 }, do: "drop" }] });
    await using _ = it;
    await it.client.connect();
    const calls: string[] = [];
    for (let i = 0; i < 44; i++) {
      calls.push(await settles("stream", it.client.stream(frame)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(calls.at(0)).toBe("resolved");
    expect(calls.at(-1)).toBe("session-ended");
    await it.client.disconnect({ terminate: true });
    expect(printed).toHaveBeenCalledOnce();
    expect(printed.mock.calls[0]?.[0]).toContain('no handler for "Error"');
    expect(printed.mock.calls[0]?.[1]).toMatchObject({ code: "connection-lost" });
  });

  test("calls that are not awaited cause no unhandled rejection", async () => {
    const { it, printed } = await unheard({}, { faults: [{ when: "connect", do: { refuse: 401 } }] });
    await using _ = it;
    void it.client.connect();
    for (let i = 0; i < 5; i++) void it.client.stream(frame);
    void it.client.stream([frame, frame].values());
    void it.client.forceEndpoint();
    await it.client.disconnect({ terminate: true });
    void it.client.stream(frame);
    await new Promise((resolve) => setImmediate(resolve));
    expect(printed).toHaveBeenCalledOnce();
    expect(rejections.seen).toEqual([]);
  });

  test("onUncaught gets it instead, and what handlers throw; one that throws itself is printed", async () => {
    const got: unknown[] = [];
    const onUncaught = (message: string, error: unknown) => {
      got.push(message);
      if (got.length === 2) throw error;
    };
    const { it, printed } = await unheard({ onUncaught }, { faults: [{ when: "begin", do: "drop" }] });
    await using _ = it;
    it.client.on("Begin", () => Promise.reject(new Error("in a handler")));
    await it.client.connect();
    await it.client.disconnect({ terminate: true });
    expect(got).toEqual(["A handler of Begin threw.", expect.stringContaining("no handler")]);
    expect(printed).toHaveBeenCalledTimes(2);
  });

  test("options that are refused are printed too", async () => {
    const { it, printed } = await unheard({ sampleRate: 1 }, {});
    await using _ = it;
    await expect(it.client.connect()).rejects.toMatchObject({ code: "invalid-options" });
    expect(printed).toHaveBeenCalledOnce();
  });

  test("an end that was asked for is no failure", async () => {
    const controller = new AbortController();
    const { it, printed } = await unheard({ signal: controller.signal }, {});
    await using _ = it;
    await it.client.connect();
    controller.abort();
    await it.client.disconnect({ terminate: true });
    expect(printed).not.toHaveBeenCalled();
  });
});

describe("waiting for one another", () => {
  test("a handler of Error may wait for connect", async () => {
    await using it = await clientServer({ faults: [{ when: "connect", do: { refuse: 401 } }] });
    const seen: string[] = [];
    const connecting = it.client.connect();
    it.client.on("Error", async () => {
      await connecting.catch(() => {});
      seen.push("handled");
    });
    expect(await settles("connect", connecting)).toBe("unauthorized");
    expect(await settles("disconnect", it.client.disconnect({ terminate: true }))).toBe("resolved");
    expect(seen).toEqual(["handled"]);
  });
});
