import { afterEach, expect, test, vi } from "vitest";
import { createTranscriber, unknownMicrophones, watchMicrophones } from "../src/index.ts";
import { startKit } from "./kit.ts";

afterEach(() => void vi.unstubAllGlobals());

/** A browser's devices and permissions, as far as they are listened to. */
function stubBrowser() {
  const listening = new Set<unknown>();
  const target = <T extends object>(more: T) => {
    const events = new EventTarget();
    return Object.assign(events, more, {
      addEventListener(type: string, listener: () => void, { signal }: { signal: AbortSignal }) {
        listening.add(listener);
        signal.addEventListener("abort", () => listening.delete(listener));
        EventTarget.prototype.addEventListener.call(events, type, listener, { signal });
      },
    });
  };
  const mediaDevices = target({});
  const permission = target({ state: "prompt" });
  vi.stubGlobal("navigator", { mediaDevices, permissions: { query: async () => permission } });
  return { listening, mediaDevices, permission };
}

test("devices and permission are there once someone subscribes, and follow the browser until all have left", async () => {
  const { listening, mediaDevices, permission } = stubBrowser();
  await using kit = await startKit();
  const list = vi.spyOn(kit.fake, "listMicrophones").mockResolvedValue([]);
  const watch = watchMicrophones(kit.transcriber);
  expect(watch.snapshot).toBe(unknownMicrophones);
  expect(listening.size).toBe(0);
  const leave = watch.subscribe(() => {});
  const leaveAlso = watch.subscribe(() => {});
  await expect.poll(() => watch.snapshot).toEqual({ devices: [], permission: "prompt", error: undefined });
  permission.state = "granted";
  list.mockResolvedValue([{ deviceId: "a", label: "A" }]);
  permission.dispatchEvent(new Event("change"));
  await expect.poll(() => watch.snapshot).toMatchObject({ devices: [{ label: "A" }], permission: "granted" });
  const { devices } = watch.snapshot;
  list.mockResolvedValue([{ deviceId: "a", label: "A" }]);
  mediaDevices.dispatchEvent(new Event("devicechange"));
  await expect.poll(() => list.mock.calls.length).toBe(4);
  expect(watch.snapshot.devices).toBe(devices);
  leave();
  leave();
  expect(listening.size).toBeGreaterThan(0);
  leaveAlso();
  expect(listening.size).toBe(0);
});

test("devices get their names when the transcriber opens a microphone", async () => {
  await using kit = await startKit();
  const list = vi.spyOn(kit.fake, "listMicrophones").mockResolvedValue([]);
  const watch = watchMicrophones(kit.transcriber);
  watch.subscribe(() => {});
  await expect.poll(() => list.mock.calls.length).toBe(1);
  list.mockResolvedValue([{ deviceId: "a", label: "A" }]);
  await kit.transcriber.start();
  await expect.poll(() => watch.snapshot.devices).toHaveLength(1);
});

test("a page without capture says why there is no list", async () => {
  const watch = watchMicrophones(createTranscriber({ token: "example" }));
  watch.subscribe(() => {});
  await expect.poll(() => watch.snapshot.error?.code).toBe("unsupported");
});
