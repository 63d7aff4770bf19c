// @vitest-environment jsdom
import type { Transcriber } from "@voxpipe/transcriber";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startKit } from "./kit.ts";
import { openPage } from "./page.ts";
import { type ReactKit, reactOf, versions } from "./react-of.ts";

afterEach(() => void vi.restoreAllMocks());

describe.each(versions)("React %s", (version) => {
  let kit: ReactKit;
  beforeAll(async () => {
    kit = await reactOf(version);
  });

  /** A page of captions as people write it. */
  function Captions({ transcriber }: { readonly transcriber: Transcriber }) {
    const { React, hooks } = kit;
    const { status, error, muted, start, stop, mute, unmute } = hooks.useTranscriber(transcriber);
    const turns = hooks.useTranscript(transcriber, (transcript) => transcript.turns);
    const partial = hooks.useTranscript(transcriber, (transcript) => transcript.partial?.text);
    const { devices, chosen, choose } = hooks.useMicrophones(transcriber);
    const button = (name: string, onClick: () => unknown) =>
      React.createElement("button", { key: name, onClick }, name);
    return React.createElement(
      "section",
      null,
      button("Start", start),
      button("Stop", stop),
      button("Mute", muted ? unmute : mute),
      button("Second", () => choose(devices[1]?.deviceId)),
      React.createElement("meter", { ref: hooks.useLevel(transcriber) }),
      `[${status}]`,
      muted && "(muted)",
      chosen,
      error?.message,
      turns.map(({ order, text }) => React.createElement("p", { key: order }, text)),
      partial,
    );
  }

  const page = (transcriber: Transcriber, html?: string) =>
    openPage(kit, strict(kit.React.createElement(Captions, { transcriber })), html);
  const strict = (...children: ReturnType<typeof kit.React.createElement>[]) =>
    kit.React.createElement(kit.React.StrictMode, null, ...children);

  test("a page of captions starts, shows words, mutes, chooses a device, stops: in StrictMode, without a warning", async () => {
    await using own = await startKit();
    using shown = page(own.transcriber);
    await shown.until(/\[idle\]/);
    shown.press("Start");
    await shown.until(/\[listening\].*two/);
    await expect.poll(() => shown.element.querySelector("meter")?.value ?? 0).toBeGreaterThan(0.5);
    shown.press("Second");
    await shown.until(/fake-2/);
    shown.press("Mute");
    await shown.until(/\(muted\)/);
    shown.press("Stop");
    await shown.until(/\[idle\].*one two/);
    expect([own.fake.opened.length, own.fake.lights]).toEqual([1, 0]);
    expect(shown.printed).toEqual([]);
  });

  test("a refusal is shown with its remedy, and Start works again", async () => {
    await using own = await startKit();
    own.fake.refuse("permission-denied");
    using shown = page(own.transcriber);
    shown.press("Start");
    await shown.until(/\[failed\].*permission-denied/);
    own.fake.refuse(undefined);
    shown.press("Start");
    await shown.until(/\[listening\]/);
    expect(shown.element.textContent).not.toMatch(/permission-denied/);
  });

  const states: readonly [string, (own: Awaited<ReturnType<typeof startKit>>) => Promise<unknown>][] = [
    ["idle", async () => {}],
    [
      "starting, while the visitor is being asked",
      async ({ fake, transcriber }) => {
        fake.hold();
        void transcriber.start();
      },
    ],
    ["listening", ({ transcriber }) => transcriber.start()],
    ["finishing", ({ transcriber }) => transcriber.start().then(() => void transcriber.stop())],
    ["paused", ({ transcriber }) => transcriber.start().then(transcriber.pause)],
    [
      "failed",
      ({ fake, transcriber }) => {
        fake.refuse("no-device");
        return transcriber.start();
      },
    ],
  ];
  test.each(states)("unmounted while %s: no microphone stays open, and nothing is printed", async (_, reach) => {
    await using own = await startKit();
    using shown = page(own.transcriber);
    await reach(own);
    shown.unmount();
    await expect.poll(() => own.transcriber.snapshot.status).toMatch(/^(idle|failed)$/);
    expect(own.fake.lights).toBe(0);
    expect(shown.printed).toEqual([]);
  });

  test("one of several components goes, and it continues; a page that changes places, too", async () => {
    await using own = await startKit();
    const { transcriber } = own;
    const { createElement } = kit.React;
    const captions = (key: string) => createElement(Captions, { key, transcriber });
    using shown = openPage(kit, strict(captions("a"), captions("b")));
    await transcriber.start();
    shown.render(strict(captions("b")));
    shown.render(strict(captions("c")));
    await Promise.resolve();
    expect(transcriber.snapshot.status).toBe("listening");
    shown.render(strict());
    await expect.poll(() => transcriber.snapshot.status).toBe("idle");
  });

  test("with stopOnUnmount: false it continues without components", async () => {
    await using own = await startKit();
    const Status = () => kit.hooks.useTranscriber(own.transcriber, { stopOnUnmount: false }).status;
    using shown = openPage(kit, kit.React.createElement(Status));
    await own.transcriber.start();
    shown.unmount();
    await Promise.resolve();
    expect(own.transcriber.snapshot.status).toBe("listening");
  });

  test("another transcriber in its place, as after a hot reload: the former stops, the new one is shown", async () => {
    await using former = await startKit();
    await using own = await startKit();
    using shown = page(former.transcriber);
    await former.transcriber.start();
    await shown.until(/\[listening\].*one/);
    shown.render(strict(kit.React.createElement(Captions, { transcriber: own.transcriber })));
    expect(shown.element.textContent).toContain("[idle]");
    expect(shown.element.textContent).not.toContain("one");
    await expect.poll(() => former.transcriber.snapshot.status).toBe("idle");
    expect(former.fake.lights).toBe(0);
    shown.press("Start");
    await shown.until(/\[listening\].*one/);
    await expect.poll(() => shown.element.querySelector("meter")?.value ?? 0).toBeGreaterThan(0.5);
    expect(shown.printed).toEqual([]);
  });

  test("a server renders the idle state, also of one that has begun; hydration takes it over without a warning", async () => {
    await using own = await startKit();
    const { transcriber } = own;
    const html = kit.server.renderToString(strict(kit.React.createElement(Captions, { transcriber })));
    expect(html).toContain("idle");
    await transcriber.start();
    await expect.poll(() => transcriber.snapshot.transcript.text).toMatch(/one/);
    expect(kit.server.renderToString(strict(kit.React.createElement(Captions, { transcriber })))).toBe(html);
    using shown = page(transcriber, html);
    await shown.until(/\[listening\].*one/);
    expect(shown.printed).toEqual([]);
  });

  test("a component renders for what it reads and for nothing else", async () => {
    await using own = await startKit();
    const { transcriber } = own;
    const renders: Record<string, number> = {};
    const component = (name: string, use: () => unknown) => {
      const Counted = () => {
        renders[name] = (renders[name] ?? 0) + 1;
        use();
        return null;
      };
      return kit.React.createElement(Counted, { key: name });
    };
    const { useTranscriber, useTranscript, useLevel } = kit.hooks;
    using shown = openPage(kit, [
      component("actions", () => useTranscriber(transcriber).start),
      component("muted", () => useTranscriber(transcriber).muted),
      component("error", () => useTranscriber(transcriber).error),
      component("device", () => useTranscriber(transcriber).device),
      component("speakers", () => useTranscript(transcriber, ({ speakers }) => speakers)),
      component("a new list each time", () => useTranscript(transcriber, ({ gaps }) => gaps.slice(-2))),
      component("a new object each time", () => useTranscript(transcriber, ({ gaps, dropped }) => ({ gaps, dropped }))),
      component("level", () => useLevel(transcriber)),
    ]);
    const first = { ...renders };
    expect(Object.values(first)).toEqual(Array(8).fill(1));
    await transcriber.start();
    await expect.poll(() => transcriber.snapshot.transcript.text).toMatch(/two/);
    await expect.poll(() => renders.device).toBe(2);
    expect(renders).toEqual({ ...first, device: 2 });
    transcriber.mute();
    await expect.poll(() => renders.muted).toBe(2);
    await transcriber.setDevice("missing");
    await expect.poll(() => renders.error).toBe(2);
    expect(renders).toEqual({ ...first, device: 2, muted: 2, error: 2 });
    expect(shown.printed).toEqual([]);
  });

  test("what is read for the first time later is up to date, and followed from then on", async () => {
    await using own = await startKit();
    const { transcriber } = own;
    const Muted = ({ read }: { readonly read: boolean }) => {
      const state = kit.hooks.useTranscriber(transcriber);
      return read ? `muted: ${state.muted}` : "not read";
    };
    using shown = openPage(kit, kit.React.createElement(Muted, { read: false }));
    transcriber.mute();
    shown.render(kit.React.createElement(Muted, { read: true }));
    expect(shown.element.textContent).toBe("muted: true");
    transcriber.unmute();
    await shown.until(/^muted: false$/);
  });

  test("actions are the same functions in every render", async () => {
    await using own = await startKit();
    const seen: unknown[][] = [];
    const Actions = () => {
      const { status, start, stop, abort, pause, resume, mute, unmute, setDevice, clear } = kit.hooks.useTranscriber(
        own.transcriber,
      );
      seen.push([start, stop, abort, pause, resume, mute, unmute, setDevice, clear]);
      return status;
    };
    using shown = openPage(kit, kit.React.createElement(Actions));
    await own.transcriber.start();
    await shown.until(/listening/);
    expect(seen.length).toBeGreaterThan(1);
    for (const actions of seen) expect(actions.every((action, i) => action === seen[0]?.[i])).toBe(true);
  });

  test("the level is drawn by a function of one's own, the last one given, and without a render", async () => {
    await using own = await startKit();
    const drawn: string[] = [];
    let renders = 0;
    const Meter = ({ name }: { readonly name: string }) => {
      renders++;
      const ref = kit.hooks.useLevel<HTMLDivElement>(own.transcriber, (element, { peak }) =>
        drawn.push(`${name} ${element.tagName} ${peak > -20}`),
      );
      return kit.React.createElement("div", { ref });
    };
    using shown = openPage(kit, kit.React.createElement(Meter, { name: "a" }));
    expect(drawn).toEqual(["a DIV false"]);
    shown.render(kit.React.createElement(Meter, { name: "b" }));
    await own.transcriber.start();
    await expect.poll(() => drawn).toContain("b DIV true");
    expect(renders).toBe(2);
    shown.unmount();
    expect(drawn.filter((line) => line.startsWith("a"))).toHaveLength(1);
  });

  test("a change in the middle of a render that can be interrupted tears nothing apart", async () => {
    await using own = await startKit();
    const { transcriber } = own;
    const { createElement, startTransition, useLayoutEffect, useState } = kit.React;
    const committed: string[] = [];
    const Part = ({ index }: { readonly index: number }) => {
      if (index === 5) transcriber.mute();
      return createElement("i", null, String(kit.hooks.useTranscriber(transcriber).muted));
    };
    let show = (_count: number) => {};
    const Parts = () => {
      const [count, set] = useState(0);
      show = set;
      useLayoutEffect(() => {
        const texts = [...document.querySelectorAll("i")].map(({ textContent }) => textContent);
        committed.push([...new Set(texts)].join());
      });
      return Array.from({ length: count }, (_, index) => createElement(Part, { key: index, index }));
    };
    using shown = openPage(kit, createElement(Parts));
    startTransition(() => show(10));
    await expect.poll(() => shown.element.querySelectorAll("i").length).toBe(10);
    expect(committed).toEqual(["", "true"]);
    expect(shown.printed).toEqual([]);
  });
});
