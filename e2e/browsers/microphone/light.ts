import { cases } from "@voxpipe/testing";
import { expect } from "vitest";
import { evaluate } from "../launch/test-page.ts";
import type { Kit } from "../matrix/behaviours.ts";
import { sharedVisits } from "../matrix/visits.ts";

export function light(kit: Kit): void {
  const { behaviour } = kit;
  const { visit } = sharedVisits(kit);

  const ways = {
    stop: "microphone.stop()",
    cancel: "microphone.readable.cancel()",
    "a pipe that fails":
      "voxpipe.failure(microphone.readable.pipeTo(new WritableStream({ write() { throw new Error() } })))",
    abort: "controller.abort()",
    "await using": "microphone[Symbol.asyncDispose]()",
  };

  for (const [title, way] of Object.entries(ways))
    behaviour(`by ${title}`, async () => {
      await using visited = await visit();
      const lights = await visited.page.run<[number, number, string]>(`(async () => {
      const controller = new AbortController();
      const microphone = await voxpipe.openMicrophone({ signal: controller.signal });
      const before = voxpipe.lights();
      await ${way};
      return [before, voxpipe.lights(), microphone.state];
    })()`);
      expect(lights).toEqual([1, 0, "stopped"]);
    });

  behaviour("when permission comes after the page has given up", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      const ask = navigator.mediaDevices.getUserMedia;
      let grant = () => {};
      const asked = new Promise<void>((resolve) => {
        grant = resolve;
      });
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        await asked;
        return ask(constraints);
      };
      const controller = new AbortController();
      const opening = voxpipe.failure(voxpipe.openMicrophone({ signal: controller.signal }));
      controller.abort();
      const failure = await opening;
      grant();
      while (voxpipe.granted.length === 0 || voxpipe.lights() > 0) await voxpipe.pause(10);
      return { failure, granted: voxpipe.granted.length, lights: voxpipe.lights() };
    });
    expect(result).toMatchObject({ granted: 1, lights: 0 });
    expect(result.failure).toMatch(/^aborted: /);
  });

  behaviour("at any moment of opening at which the page gives up", async () => {
    await using visited = await visit();
    const lights = await evaluate(visited.page, async () => {
      // Any instants will do: it holds at all of them.
      for (let delay = 0; delay < 200; delay += 10) {
        const opening = voxpipe.openMicrophone({ signal: AbortSignal.timeout(delay) });
        await opening.catch(() => {});
      }
      const opened = await voxpipe.openMicrophone();
      await opened.stop();
      while (voxpipe.lights() > 0) await voxpipe.pause(100);
      return voxpipe.lights();
    });
    expect(lights).toBe(0);
  });

  behaviour("of two opened at once, each by its own stop", async () => {
    await using visited = await visit();
    const lights = await evaluate(visited.page, async () => {
      const [first, second] = await Promise.all([voxpipe.openMicrophone(), voxpipe.openMicrophone()]);
      const both = voxpipe.lights();
      await Promise.all([first.stop(), first.stop()]);
      const one = voxpipe.lights();
      const bytes = await voxpipe.read(second, 16_000);
      await second.stop();
      return [both, one, bytes.length >= 16_000, voxpipe.lights()];
    });
    expect(lights).toEqual([2, 1, true, 0]);
  });

  behaviour("time after time", async () => {
    await using visited = await visit();
    const times = cases(15, 15, 50);
    const open = async ({ times }: { times: number }) => {
      const contexts = voxpipe.watchContexts();
      for (let i = 0; i < times; i++) {
        const microphone = await voxpipe.openMicrophone();
        await voxpipe.read(microphone, 1_600);
        await microphone.stop();
      }
      const left = contexts.filter((context) => context.state !== "closed");
      return {
        granted: voxpipe.granted.length,
        lights: voxpipe.lights(),
        contexts: contexts.length,
        left: left.length,
      };
    };
    const result = await evaluate(visited.page, open, { times });
    expect(result).toEqual({ granted: times, lights: 0, contexts: times, left: 0 });
  });
}
