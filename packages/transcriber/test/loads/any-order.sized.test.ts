import type { Fault } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Transcriber } from "../../src/index.ts";
import { startBoth, startKit } from "../kit.ts";
import { type HeldLoad, holdLoad, settleAll } from "./held-load.ts";

afterEach(settleAll);

const callsOf = ({ start, stop, abort, pause, resume }: Transcriber) => ({ start, stop, abort, pause, resume });

const steps = [
  ...["start", "start", "start", "wait", "wait", "wait"],
  ...["start", "stop", "abort", "pause", "resume", "mute", "unmute", "default", "device", "missing device", "dispose"],
  ...["lose", "interrupt", "system resumes", "refuse", "allow", "ask", "answer", "answer"],
] as const;

/** Connections that are refused, break, or never end, now and then. */
const faults: readonly Fault[] = [
  { when: "connect", do: { refuse: 400 }, chance: 0.1, seed: 1 },
  { when: "open", do: { delay: 20 }, chance: 0.3, seed: 2 },
  { when: { messages: 8 }, do: "reset", chance: 0.3, seed: 3 },
  { when: "terminate", do: "no-termination", chance: 0.1, seed: 4 },
];

test("in any order of calls and mishaps: one microphone at most, none after a stop, and every promise settles", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...steps), { size: "max", maxLength: 25 }), async (taken) => {
      await using kit = await startKit(
        { terminationTimeout: 100, reconnect: { maxAttempts: 2, maxDelay: 5 } },
        { faults },
      );
      const { transcriber, fake } = kit;
      let answer = () => {};
      const settled: Promise<unknown>[] = [];
      const check = () => {
        const { status, device, error } = transcriber.snapshot;
        expect(fake.lights).toBeLessThanOrEqual(1);
        if (["idle", "paused", "failed", "finishing"].includes(status))
          expect([status, fake.lights]).toEqual([status, 0]);
        if (device) expect(fake.lights).toBe(1);
        if (status === "failed")
          expect(error).toMatchObject({ code: expect.any(String), message: expect.stringMatching(/\.$/) });
      };
      transcriber.subscribe(check);
      const microphone = () => fake.opened.find(({ state }) => state !== "stopped");
      const act: Record<(typeof steps)[number], () => unknown> = {
        ...callsOf(transcriber),
        mute: transcriber.mute,
        unmute: transcriber.unmute,
        default: () => transcriber.setDevice(),
        device: () => transcriber.setDevice("fake-2"),
        "missing device": () => transcriber.setDevice("fake-3"),
        dispose: () => transcriber[Symbol.asyncDispose](),
        lose: () => microphone()?.lose(),
        interrupt: () => microphone()?.interrupt(),
        "system resumes": () => microphone()?.resume(),
        refuse: () => fake.refuse("permission-denied"),
        allow: () => fake.refuse(undefined),
        ask: () => {
          answer();
          answer = fake.hold();
        },
        answer: () => answer(),
        wait: () => {},
      };
      for (const step of taken) {
        settled.push(Promise.resolve(act[step]()));
        check();
        await new Promise((resolve) => setTimeout(resolve, step === "wait" ? 15 : 0));
        check();
      }
      answer();
      for (const each of fake.opened) each.resume();
      await transcriber.stop();
      expect(["idle", "failed"]).toContain(transcriber.snapshot.status);
      expect(fake.lights).toBe(0);
      expect(await Promise.all(settled)).toHaveLength(taken.length);
    }),
    { numRuns: cases(10, 50, 150) },
  );
});

const severalSteps = [
  ...["start", "start", "wait", "wait", "stop", "abort", "pause", "resume", "mute", "device"],
  ...["lose", "end share", "lose share", "refuse", "allow", "ask", "answer"],
  ...["code hangs", "code hangs", "code comes", "code fails"],
] as const;

/** What several sources load, of which one is a tab. */
const loaded = ["source/given-source", "several/several-sources", "source/opened-source"] as const;

test("several sources, in any order, also while code hangs: one microphone and one share at most, none after a stop", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...severalSteps), { size: "max", maxLength: 20 }), async (taken) => {
      let answer = () => {};
      let asked = Promise.resolve();
      const held: HeldLoad[] = [];
      await using kit = await startBoth(
        { terminationTimeout: 100, reconnect: { maxAttempts: 2, maxDelay: 5 } },
        { faults },
        () => asked,
      );
      const { transcriber, fake, openTabs } = kit;
      const check = () => {
        const { status } = transcriber.snapshot;
        expect(fake.lights).toBeLessThanOrEqual(1);
        expect(openTabs().length).toBeLessThanOrEqual(1);
        if (["idle", "paused", "failed"].includes(status)) expect([status, fake.lights]).toEqual([status, 0]);
        if (["idle", "failed"].includes(status)) expect([status, openTabs().length]).toEqual([status, 0]);
      };
      const microphone = () => fake.opened.find(({ state }) => state !== "stopped");
      const act: Record<(typeof severalSteps)[number], () => unknown> = {
        ...callsOf(transcriber),
        mute: transcriber.mute,
        device: () => transcriber.setDevice("fake-2"),
        lose: () => microphone()?.lose(),
        "end share": () => openTabs()[0]?.stop(),
        "lose share": () => openTabs()[0]?.lose("share-ended"),
        refuse: () => fake.refuse("permission-denied"),
        allow: () => fake.refuse(undefined),
        ask: () => {
          answer();
          asked = new Promise((resolve) => (answer = resolve));
        },
        answer: () => answer(),
        // Some hang for good.
        "code hangs": () => void held.push(holdLoad(loaded[held.length % 3] ?? loaded[0])),
        "code comes": () => held.at(-1)?.settle(),
        "code fails": () => held.at(-1)?.settle(new Error("The network is down.")),
        wait: () => {},
      };
      const settled: Promise<unknown>[] = [];
      for (const step of taken) {
        settled.push(Promise.resolve(act[step]()));
        await new Promise((resolve) => setTimeout(resolve, step === "wait" ? 15 : 0));
        check();
      }
      answer();
      await transcriber.stop();
      await expect.poll(kit.open, { interval: 1 }).toBe(0);
      expect(await Promise.all(settled)).toHaveLength(taken.length);
      await settleAll();
      expect(kit.open()).toBe(0);
    }),
    { numRuns: cases(10, 50, 150) },
  );
});
