import { setTimeout as pause } from "node:timers/promises";
import { evaluate, type TestPage } from "./test-page.ts";

/** What stands on the demo page. */
export interface Shown {
  readonly status: string;
  readonly start: string;
  readonly partial: string;
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
      lines,
      error: visible("error"),
    };
  });
}

/** Waits until the page shows what `holds` wants. */
export async function until(page: TestPage, holds: (now: Shown) => boolean, seconds = 60): Promise<Shown> {
  let now = await shown(page);
  for (let tries = 0; tries < 5 * seconds && !holds(now); tries++) {
    await pause(200);
    now = await shown(page);
  }
  if (!holds(now)) throw new Error(`After ${seconds} s the page shows ${JSON.stringify(now)}`);
  return now;
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
