import { expect } from "vitest";
import { evaluate } from "../launch/test-page.ts";
import type { Kit } from "../matrix/behaviours.ts";
import { sharedVisits } from "../matrix/visits.ts";

export function failures(kit: Kit): void {
  const { behaviour } = kit;
  const { visit } = sharedVisits(kit);

  behaviour("permission denied", async () => {
    await using visited = await visit({}, { permission: "deny" });
    const failure = await evaluate(visited.page, () => voxpipe.failure(voxpipe.openMicrophone()));
    expect(failure).toMatch(/^permission-(denied|dismissed): .*[Aa]llow (it|the microphone)/);
  });

  behaviour("no device", async () => {
    await using visited = await visit({}, { microphone: "none" });
    const failure = await evaluate(visited.page, () => voxpipe.failure(voxpipe.openMicrophone()));
    expect(failure).toMatch(/^no-device: .*Plug one in/);
  });

  behaviour("plain HTTP", async () => {
    await using visited = await visit({}, { host: "example.test" });
    await visited.page.goto(visited.site.url.replace("127.0.0.1", "example.test"));
    const failure = await evaluate(visited.page, () => voxpipe.failure(voxpipe.openMicrophone()));
    expect(failure).toMatch(/^insecure-context: .*HTTPS/);
  });

  behaviour("a worklet that is not there, and one that the policy blocks", async () => {
    await using visited = await visit();
    const failures = await evaluate(visited.page, async () => {
      const blob = URL.createObjectURL(new Blob(["0"], { type: "text/javascript" }));
      return {
        missing: await voxpipe.failure(voxpipe.openMicrophone({ workletUrl: "/nowhere.js" })),
        blob: await voxpipe.failure(voxpipe.openMicrophone({ workletUrl: blob })),
        lights: voxpipe.lights(),
      };
    });
    expect(failures.missing).toMatch(/^worklet-failed: .*nowhere\.js/);
    expect(failures.blob).toMatch(/^worklet-blocked: .*script-src/);
    expect(failures.lights).toBe(0);
  });

  behaviour(
    "a worklet that a nonce alone does not let in, by what the policy lacks, and one that another host does not hand over",
    async () => {
      await using visited = await visit({ policy: "script-src 'nonce-page'; worker-src 'self'" });
      const failure = await evaluate(visited.page, () =>
        voxpipe.failure(voxpipe.openMicrophone({ workletUrl: "/worklet.js" })),
      );
      expect(failure).toMatch(
        /^worklet-blocked: .*\(script-src 'nonce-…'\) blocked the worklet http.*\/worklet\.js\..* add 'self' to script-src\.$/,
      );
      expect(failure).not.toMatch(/own origin|nonce-page/);
      const elsewhere = visited.site.url.replace("127.0.0.1", "localhost");
      const other = await evaluate(
        visited.page,
        (workletUrl) => voxpipe.failure(voxpipe.openMicrophone({ workletUrl })),
        `${elsewhere}worklet.js`,
      );
      expect(other).toMatch(
        /^worklet-blocked: .*add http:\/\/localhost:\d+ to script-src; or serve .*own origin, with 'self'/,
      );
    },
  );

  behaviour("a worklet that another host does not hand over, by the header that is missing", async () => {
    await using visited = await visit({ policy: "script-src 'self' 'nonce-page' http://localhost:*" });
    const refused = await evaluate(
      visited.page,
      (workletUrl) => voxpipe.failure(voxpipe.openMicrophone({ workletUrl })),
      `${visited.site.url.replace("127.0.0.1", "localhost")}worklet.js`,
    );
    expect(refused).toMatch(/^worklet-failed: .*Access-Control-Allow-Origin for http:\/\/127\.0\.0\.1:\d+/);
  });

  behaviour("a Blob works where the policy allows it", async () => {
    const policy = "default-src 'none'; script-src 'self' blob:; connect-src 'self'";
    await using visited = await visit({ policy });
    const bytes = await evaluate(visited.page, async () => {
      const source = await (await fetch("/worklet.js")).blob();
      const workletUrl = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      const microphone = await voxpipe.openMicrophone({ workletUrl });
      const read = await voxpipe.read(microphone, 3_200);
      await microphone.stop();
      return read.length;
    });
    expect(bytes).toBeGreaterThanOrEqual(3_200);
  });

  behaviour("a file that is another worklet, and one that breaks down", async () => {
    await using visited = await visit({ policy: "default-src 'none'; script-src 'self' blob:; connect-src 'self'" });
    const result = await evaluate(visited.page, async () => {
      const urlOf = (source: string) => URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      const another = await voxpipe.failure(voxpipe.openMicrophone({ workletUrl: urlOf("0") }));
      // When the page is only waiting: WebKitGTK's worklet waits for the page's thread to report what it throws, and in a call
      // about audio that thread waits for the worklet.
      const breaking = `registerProcessor("voxpipe-microphone", class extends AudioWorkletProcessor {
        process() {
          this.from ??= currentTime;
          if (currentTime - this.from > 1) throw new Error("Broken");
          return true;
        }
      })`;
      // Either of the two fails: the microphone may be open by then, or not yet.
      const listen = async () => voxpipe.read(await voxpipe.openMicrophone({ workletUrl: urlOf(breaking) }), 3_200);
      const broken = await voxpipe.failure(listen());
      return { another, broken, lights: voxpipe.lights() };
    });
    expect(result.another).toMatch(/^worklet-failed: blob:.* Serve /);
    expect(result.broken).toMatch(/^worklet-failed: blob:.* Serve /);
    expect(result.lights).toBe(0);
  });

  behaviour("every refusal of the browser has its own code", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      const { devices } = voxpipe;
      if (!devices) throw new Error("There are no devices.");
      const ask = devices.getUserMedia;
      const refused = (name: string, state: PermissionState) => {
        devices.getUserMedia = () => Promise.reject(new DOMException("No.", name));
        Object.defineProperty(navigator, "permissions", {
          configurable: true,
          value: { query: async () => ({ state }) },
        });
        return voxpipe.failure(voxpipe.openMicrophone());
      };
      const seen: Record<string, string> = {
        refused: await refused("NotAllowedError", "denied"),
        closed: await refused("NotAllowedError", "prompt"),
        policy: await refused("SecurityError", "granted"),
        missing: await refused("NotFoundError", "granted"),
        busy: await refused("NotReadableError", "granted"),
        failing: await refused("AbortError", "granted"),
        unknown: await refused("TypeError", "granted"),
      };
      devices.getUserMedia = ask;
      const giving = new AbortController();
      const given = await voxpipe.openMicrophone({ signal: giving.signal });
      giving.abort();
      seen.aborted = await voxpipe.failure(voxpipe.read(given, Number.POSITIVE_INFINITY));
      Object.defineProperty(AudioContext.prototype, "state", { get: () => "suspended" });
      const silentAfter = (hasBeenActive: boolean) => {
        Object.defineProperty(navigator, "userActivation", { configurable: true, value: { hasBeenActive } });
        return voxpipe.failure(voxpipe.openMicrophone());
      };
      seen.unclicked = await silentAfter(false);
      seen.silent = await silentAfter(true);
      return { seen, lights: voxpipe.lights() };
    });
    expect(result.seen).toEqual({
      refused: expect.stringMatching(/^permission-denied: .*Allow it/),
      closed: expect.stringMatching(/^permission-dismissed: .*Ask again/),
      policy: expect.stringMatching(/^permission-denied: .*Allow it/),
      missing: expect.stringMatching(/^no-device: .*Plug one in/),
      busy: expect.stringMatching(/^device-in-use: .*Close other programs/),
      failing: expect.stringMatching(/^device-in-use: .*Close other programs/),
      unknown: expect.stringMatching(/^unsupported: .*Use a current browser/),
      aborted: expect.stringMatching(/^aborted: /),
      unclicked: expect.stringMatching(/^not-started: .*suspended.* in a click handler/),
      silent: expect.stringMatching(/^not-started: .*suspended.* sound output/),
    });
    expect(result.lights).toBe(0);
  });

  behaviour("a permission that is withdrawn, without asking again", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const { devices } = voxpipe;
      if (!devices) throw new Error("There are no devices.");
      let asked = 0;
      devices.getUserMedia = async () => {
        if (asked++ > 0) throw new DOMException("No.", "NotAllowedError");
        return stream;
      };
      const microphone = await voxpipe.openMicrophone();
      // As when the browser ends it: a page gets no event for a track that it stops itself.
      for (const track of stream.getTracks()) track.stop();
      const failure = await voxpipe.failure(voxpipe.read(microphone, Number.POSITIVE_INFINITY));
      return { failure, asked, lights: voxpipe.lights() };
    });
    expect(result.failure).toMatch(/^permission-(denied|dismissed): .*[Aa]llow (it|the microphone)/);
    expect(result).toMatchObject({ asked: 2, lights: 0 });
  });
}
