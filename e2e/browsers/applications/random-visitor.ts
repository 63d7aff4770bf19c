export interface Visit {
  readonly seed: number;
  readonly actions: number;
}

export interface VisitReport {
  /** How often each thing was done. */
  readonly done: Readonly<Record<string, number>>;
  /** Most microphones on at one time. */
  readonly mostLights: number;
  /** The same while one device replaces another: the former is on until the next one gives sound, so that no word is lost. */
  readonly mostWhileReplacing: number;
  /** After the component was unmounted. */
  readonly lightsLeft: number;
  readonly openContexts: number;
  /** Errors that the page showed. */
  readonly errors: readonly string[];
  /** What was heard after all this, by one more Start and Stop. */
  readonly heardAfter: string;
  readonly lightsAfter: number;
}

/** Uses the page of captions like a visitor who cannot decide. It runs in the page, and sees nothing of this file. */
export async function visitAtRandom({ seed, actions }: Visit): Promise<VisitReport> {
  const statuses = ["idle", "starting", "listening", "reconnecting", "finishing", "paused"];
  let state = seed;
  /** From 0 to below 1 (mulberry32). */
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const oneOf = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)];

  const tracks: MediaStreamTrack[] = [];
  const contexts: AudioContext[] = [];
  let [asking, choices, isReplacing, mostLights, mostWhileReplacing] = [0, 0, false, 0, 0];
  const lights = () => tracks.filter(({ readyState }) => readyState === "live").length;
  const observe = () => {
    if (asking === 0 && lights() <= 1) isReplacing = false;
    if (asking === 0 && lights() === 0 && status() !== "starting") choices = 0;
    if (isReplacing) mostWhileReplacing = Math.max(mostWhileReplacing, lights());
    else mostLights = Math.max(mostLights, lights());
  };
  const devices = navigator.mediaDevices;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    // Beside a microphone that is on, another one is asked for only because a visitor chose it: once for each choice.
    if (lights() > 0 && choices > 0) {
      choices--;
      isReplacing = true;
    }
    asking++;
    try {
      const stream = await ask(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    } finally {
      asking--;
      // One that comes too late is turned off in this task.
      setTimeout(observe);
    }
  };
  const Original = AudioContext;
  globalThis.AudioContext = class extends Original {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };

  const named = (...names: string[]) =>
    [...document.querySelectorAll<HTMLElement>("a, button")].find(({ textContent }) =>
      names.includes(textContent ?? ""),
    );
  const status = () => document.querySelector("main [role=status]")?.textContent ?? "";
  const text = () => document.getElementById("text")?.textContent ?? "";
  const isMounted = () => status() !== "";
  const errors = new Set<string>();
  const task = () => new Promise((resolve) => setTimeout(resolve));
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  /** It gives up when that hangs. */
  const until = async (what: string, holds: () => boolean) => {
    for (const end = performance.now() + 100_000; !holds(); ) {
      if (performance.now() > end) throw new Error(`For long, not ${what}: ${status()}, ${lights()} lights: ${text()}`);
      await frame();
    }
  };
  const settled = () => until("settled", () => !["starting", "finishing", "reconnecting"].includes(status()));

  const done: Record<string, number> = {};
  const press = (...names: string[]) => {
    const button = named(...names);
    const name = button?.textContent ?? "";
    done[name] = (done[name] ?? 0) + 1;
    button?.click();
  };
  const choose = () => {
    const select = document.querySelector("select");
    const option = select && oneOf([...select.options]);
    if (!option) return;
    const what = lights() > 0 ? "device while on" : "device while off";
    done[what] = (done[what] ?? 0) + 1;
    // It is asked for now; or when the one that is being opened is on.
    if (lights() > 0 || status() === "starting") choices++;
    select.value = option.value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const go = async (to: "Captions" | "About") => {
    press(to);
    await until(to, () => isMounted() === (to === "Captions"));
  };
  const start = () => press("Start", "Stop");
  const mute = () => press("Mute", "Unmute");

  for (let action = 0; action < actions; action++) {
    if (isMounted()) await oneOf([start, start, start, mute, mute, choose, choose, choose, () => go("About")])?.();
    else await go("Captions");
    observe();
    await oneOf([task, task, frame, settled])?.();
    observe();
    if (isMounted() && !statuses.includes(status())) errors.add(status());
  }

  if (isMounted()) await go("About");
  await until("closed", () => asking === 0 && contexts.every((context) => context.state === "closed"));
  const [lightsLeft, openContexts] = [lights(), contexts.filter((context) => context.state !== "closed").length];

  await go("Captions");
  await until("idle", () => status() === "idle");
  if (named("Unmute")) mute();
  const before = text();
  start();
  await until("heard", () => text().length > before.length + 10);
  start();
  await until("idle", () => status() === "idle");
  const heardAfter = text().slice(before.length);
  return {
    done,
    mostLights,
    mostWhileReplacing,
    lightsLeft,
    openContexts,
    errors: [...errors],
    heardAfter,
    lightsAfter: lights(),
  };
}
