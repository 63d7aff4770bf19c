import { afterAll, expect } from "vitest";
import { evaluate } from "../launch/test-page.ts";
import type { Kit } from "../matrix/behaviours.ts";
import { visits } from "../matrix/visits.ts";

export function devices({ launch, behaviour }: Kit): void {
  const { visit, close } = visits(launch);
  afterAll(close);

  behaviour("are listed by name, and changed while audio flows", async () => {
    await using visited = await visit();
    const changed = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone();
      const devices = await voxpipe.listMicrophones();
      const other = devices.at(-1)?.deviceId ?? "";
      let events = 0;
      microphone.addEventListener("devicechange", () => events++);
      await microphone.setDevice(other);
      const bytes = await voxpipe.read(microphone, 16_000);
      const result = {
        labels: devices.map(({ label }) => label),
        ids: devices.map(({ deviceId }) => deviceId),
        isOther: microphone.device.deviceId === other,
        events,
        bytes: bytes.length,
        lights: voxpipe.lights(),
        missing: await voxpipe.failure(microphone.setDevice("no-such-device")),
        state: microphone.state,
      };
      await microphone.stop();
      return { ...result, after: voxpipe.lights() };
    });
    expect(changed.labels.length).toBeGreaterThan(0);
    expect(changed.labels.every((label) => label !== "")).toBe(true);
    expect(changed.ids).toEqual([...new Set(changed.ids)]);
    expect(changed).toMatchObject({ isOther: true, events: 1, lights: 1, state: "live", after: 0 });
    expect(changed.bytes).toBeGreaterThanOrEqual(16_000);
    expect(changed.missing).toMatch(/^no-device: .*listMicrophones/);
  });

  behaviour("whose AudioContext is interrupted continue", async () => {
    await using visited = await visit();
    const states = await evaluate(visited.page, async () => {
      const contexts = voxpipe.watchContexts();
      const microphone = await voxpipe.openMicrophone();
      const states: string[] = [];
      const live = new Promise<void>((resolve) =>
        microphone.addEventListener("statechange", () => {
          states.push(microphone.state);
          if (microphone.state === "live") resolve();
        }),
      );
      await contexts[0]?.suspend();
      await live;
      await voxpipe.read(microphone, 32_000);
      await microphone.stop();
      return states;
    });
    expect(states).toEqual(["interrupted", "live", "stopped"]);
  });

  behaviour("whose AudioContext stays interrupted are opened again", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      const contexts = voxpipe.watchContexts();
      const [first] = await voxpipe.listMicrophones();
      const { microphone, device, switched } = await voxpipe.watch({ deviceId: first?.deviceId });
      const [context] = contexts;
      if (context) context.resume = () => Promise.reject(new Error("A call."));
      await context?.suspend();
      await switched;
      const bytes = await voxpipe.read(microphone, 32_000);
      const { state } = microphone;
      const result = { state, same: microphone.device.deviceId === device, lights: voxpipe.lights() };
      await microphone.stop();
      return { ...result, sounds: bytes.some((byte) => byte !== 0), left: context?.state };
    });
    expect(result).toEqual({ state: "live", same: true, lights: 1, sounds: true, left: "closed" });
  });

  behaviour(
    "that give nothing, though the AudioContext says that it runs, are interrupted and opened again",
    async () => {
      await using visited = await visit();
      const result = await evaluate(visited.page, async () => {
        const contexts = voxpipe.watchContexts();
        const { microphone, states, switched } = await voxpipe.watch();
        await voxpipe.read(microphone, 3_200);
        const [context] = contexts;
        if (!context) throw new Error("There is no AudioContext.");
        Object.defineProperty(context, "state", { get: () => "running" });
        context.resume = async () => {};
        await context.suspend();
        await switched;
        const bytes = await voxpipe.read(microphone, 32_000);
        const result = { state: microphone.state, lights: voxpipe.lights(), sounds: bytes.some((byte) => byte !== 0) };
        await microphone.stop();
        return { ...result, wasInterrupted: states.includes("interrupted"), after: voxpipe.lights() };
      });
      expect(result).toEqual({ state: "live", lights: 1, sounds: true, wasInterrupted: true, after: 0 });
    },
  );

  behaviour("are chosen by who asks last: neither a slower choice nor a new default comes in between", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      const { devices } = voxpipe;
      if (!devices) throw new Error("There are no devices.");
      const undone = await voxpipe.openMicrophone();
      const pending = await voxpipe.openMicrophone();
      const chosen = (await voxpipe.listMicrophones())[0]?.deviceId ?? "";
      const ask = devices.getUserMedia;
      // A slow device. The last choice wins, however slow the others are.
      devices.getUserMedia = async (constraints) => {
        if (JSON.stringify(constraints).includes(chosen)) await voxpipe.pause(500);
        return ask(constraints);
      };
      await Promise.all([undone.setDevice(chosen), undone.setDevice()]);
      const before = undone.device.deviceId;
      const choice = pending.setDevice(chosen);
      voxpipe.pretendDefault();
      await choice;
      while (undone.device.deviceId === before) await voxpipe.pause(20);
      const result = { isChosen: pending.device.deviceId === chosen, lights: voxpipe.lights() };
      await Promise.all([undone.stop(), pending.stop()]);
      return { ...result, after: voxpipe.lights() };
    });
    expect(result).toEqual({ isChosen: true, lights: 2, after: 0 });
  });

  behaviour(
    "chosen several at once: only the last one replaces the former, and the others are turned off",
    async () => {
      await using visited = await visit();
      const result = await evaluate(visited.page, async () => {
        const { devices } = voxpipe;
        if (!devices) throw new Error("There are no devices.");
        const microphone = await voxpipe.openMicrophone();
        const [first, second = first] = await voxpipe.listMicrophones();
        const last = second?.deviceId ?? "";
        let mostLights = 0;
        const ask = devices.getUserMedia;
        devices.getUserMedia = async (constraints) => {
          const stream = await ask(constraints);
          setTimeout(() => {
            mostLights = Math.max(mostLights, voxpipe.lights());
          });
          return stream;
        };
        await Promise.all([first?.deviceId, undefined, first?.deviceId, last].map((id) => microphone.setDevice(id)));
        const result = { isLast: microphone.device.deviceId === last, mostLights, lights: voxpipe.lights() };
        await microphone.stop();
        return { ...result, after: voxpipe.lights() };
      });
      expect(result).toEqual({ isLast: true, mostLights: 2, lights: 1, after: 0 });
    },
  );

  behaviour("that become the system's default are followed, unless one was chosen", async () => {
    await using visited = await visit();
    await evaluate(visited.page, async () => {
      await voxpipe.watch();
      const [chosen] = await voxpipe.listMicrophones();
      await voxpipe.watch({ deviceId: chosen?.deviceId });
    });
    await (visited.browser.devices?.plugIn() ?? evaluate(visited.page, () => voxpipe.pretendDefault()));
    const result = await evaluate(visited.page, async () => {
      const [following, staying] = [voxpipe.watched(0), voxpipe.watched(1)];
      await following.switched;
      const bytes = await voxpipe.read(following.microphone, 64_000);
      const lights = voxpipe.lights();
      const states = [following, staying].map(({ microphone, device }) => ({
        sameDevice: microphone.device.deviceId === device,
        state: microphone.state,
      }));
      await Promise.all([following.microphone.stop(), staying.microphone.stop()]);
      return { states, lights, sounds: bytes.some((byte) => byte !== 0), after: voxpipe.lights() };
    });
    expect(result).toMatchObject({ lights: 2, sounds: true, after: 0 });
    expect(result.states[0]).toEqual({ sameDevice: false, state: "live" });
    expect(result.states[1]).toEqual({ sameDevice: true, state: "live" });
  });

  behaviour("that are lost are followed by the next, and the audio continues", async () => {
    await using visited = await visit();
    await evaluate(visited.page, async () => {
      const { microphone } = await voxpipe.watch();
      await voxpipe.read(microphone, 6_400);
    });
    await (visited.browser.devices?.unplug() ?? evaluate(visited.page, () => voxpipe.pretendLoss("one")));
    const result = await evaluate(visited.page, async () => {
      const { microphone, states, switched } = voxpipe.watched(0);
      await switched;
      const bytes = await voxpipe.read(microphone, 64_000);
      const lights = voxpipe.lights();
      await microphone.stop();
      return { states, lights, sounds: bytes.some((byte) => byte !== 0), after: voxpipe.lights() };
    });
    expect(result).toEqual({ states: ["interrupted", "live", "stopped"], lights: 1, sounds: true, after: 0 });
  });

  behaviour("that are lost are followed also where another is chosen meanwhile that is not there", async () => {
    await using visited = await visit();
    await evaluate(visited.page, async () => {
      const { microphone } = await voxpipe.watch();
      await voxpipe.read(microphone, 6_400);
      const { devices } = voxpipe;
      if (!devices) throw new Error("There are no devices.");
      const ask = devices.getUserMedia;
      // Slow devices, so that both are under way at once as a rule. What is expected holds in any order.
      devices.getUserMedia = async (constraints) => {
        await voxpipe.pause(JSON.stringify(constraints).includes("no-such-device") ? 1_000 : 500);
        return ask(constraints);
      };
      const choose = async () => {
        await voxpipe.pause(100);
        return voxpipe.failure(microphone.setDevice("no-such-device"));
      };
      microphone.addEventListener("statechange", () => Reflect.set(globalThis, "choice", choose()), { once: true });
    });
    await (visited.browser.devices?.unplug() ?? evaluate(visited.page, () => voxpipe.pretendLoss("one")));
    const result = await evaluate(visited.page, async () => {
      const { microphone, states, switched } = voxpipe.watched(0);
      await switched;
      const bytes = await voxpipe.read(microphone, 64_000);
      const lights = voxpipe.lights();
      await microphone.stop();
      const choice = String(await Reflect.get(globalThis, "choice"));
      return { choice, states, lights, sounds: bytes.some((byte) => byte !== 0), after: voxpipe.lights() };
    });
    expect(result.choice).toMatch(/^no-device: /);
    expect(result).toMatchObject({ states: ["interrupted", "live", "stopped"], lights: 1, sounds: true, after: 0 });
  });

  behaviour("that are lost without another end the audio, behind what was heard, with a reason", async () => {
    await using visited = await visit();
    await evaluate(visited.page, async () => {
      const { microphone } = await voxpipe.watch();
      while (microphone.level.peak === Number.NEGATIVE_INFINITY) await voxpipe.pause(20);
    });
    await (visited.browser.devices?.unplugAll() ?? evaluate(visited.page, () => voxpipe.pretendLoss("all")));
    const result = await evaluate(visited.page, async () => {
      const { microphone } = voxpipe.watched(0);
      let bytes = 0;
      const count = new WritableStream<Uint8Array>({
        write: (chunk) => {
          bytes += chunk.length;
        },
      });
      const failure = await voxpipe.failure(microphone.readable.pipeTo(count));
      return { failure, bytes, state: microphone.state, lights: voxpipe.lights() };
    });
    expect(result.failure).toMatch(/^device-lost: /);
    expect(result.bytes).toBeGreaterThan(0);
    expect(result).toMatchObject({ state: "stopped", lights: 0 });
  });
}
