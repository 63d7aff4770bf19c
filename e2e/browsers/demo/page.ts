import { setTimeout as pause } from "node:timers/promises";
import { evaluate, type TestPage } from "../launch/test-page.ts";

/** What the demo page shows. */
export interface Shown {
  readonly status: string;
  readonly start: string;
  readonly partial: string;
  readonly muted: boolean;
  /** The final turns. */
  readonly lines: readonly string[];
  /** The sentence of an error, or "". */
  readonly error: string;
}

function shown(page: TestPage): Promise<Shown> {
  return evaluate(page, () => {
    const visible = (id: string) => {
      const found = document.getElementById(id);
      return found && !found.hidden ? (found.textContent ?? "") : "";
    };
    const lines = [...document.querySelectorAll("#captions li span")].map(({ textContent }) => textContent ?? "");
    return {
      status: visible("status"),
      start: visible("start"),
      partial: visible("partial"),
      muted: document.getElementById("mute")?.getAttribute("aria-pressed") === "true",
      lines,
      error: visible("error"),
    };
  });
}

/** Waits until the page shows what `holds` wants. It gives up only where a test hangs, to say what the page shows. */
export async function until(page: TestPage, holds: (now: Shown) => boolean): Promise<Shown> {
  let now = await shown(page);
  for (let tries = 0; tries < 900 && !holds(now); tries++) {
    await pause(200);
    now = await shown(page);
  }
  if (!holds(now)) throw new Error(`For minutes the page shows ${JSON.stringify(now)}`);
  return now;
}

/** From now on the page measures the audio that it captures; `heardSeconds` says how much that is. */
export function watchAudio(page: TestPage): Promise<void> {
  return evaluate(page, () => {
    const contexts: AudioContext[] = [];
    const Original = AudioContext;
    globalThis.AudioContext = class extends Original {
      constructor(options?: AudioContextOptions) {
        super(options);
        contexts.push(this);
      }
    };
    Reflect.set(globalThis, "contexts", contexts);
  });
}

/** By the audio's own clock, which goes as fast as the machine can. */
export function heardSeconds(page: TestPage): Promise<number> {
  return page.run<number>("Math.max(0, ...contexts.map((context) => context.currentTime))");
}

/** Drops a file onto the page, as a visitor does. */
export function dropFile(page: TestPage, file: { readonly name: string; readonly base64: string }): Promise<void> {
  return evaluate(
    page,
    ({ name, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name));
      const target = document.getElementById("hint");
      for (const type of ["dragover", "drop"]) {
        target?.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    file,
  );
}

/** Presses a key until the element has the focus; gives the ids of the elements that had it on the way. */
export async function tabTo(page: TestPage, id: string, key: "Tab" | "Shift+Tab" = "Tab"): Promise<string[]> {
  const passed: string[] = [];
  for (let tries = 0; tries < 20 && passed.at(-1) !== id; tries++) {
    await page.press(key);
    passed.push(await page.run<string>("document.activeElement.id"));
  }
  // Some browsers stop at the page itself on the way round.
  return passed.filter((id) => id !== "");
}

/** From now on the page keeps the sentences of its status, in `statuses`. */
export function watchStatus(page: TestPage): Promise<void> {
  return evaluate(page, () => {
    const statuses: string[] = [];
    Reflect.set(globalThis, "statuses", statuses);
    const status = document.getElementById("status");
    if (status)
      new MutationObserver(() => statuses.push(status.textContent ?? "")).observe(status, { childList: true });
  });
}

/** From now on the page counts the microphones that it was given; `lights` says how many of them are on. */
export function watchLights(page: TestPage): Promise<void> {
  return evaluate(page, () => {
    const granted: MediaStreamTrack[] = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      granted.push(...stream.getTracks());
      return stream;
    };
    Reflect.set(globalThis, "granted", granted);
  });
}

export function lights(page: TestPage): Promise<number> {
  return page.run<number>('granted.filter((track) => track.readyState === "live").length');
}
