import type { Level } from "@voxpipe/audio";
import type { Transcriber } from "@voxpipe/transcriber";
import { useInsertionEffect, useMemo, useRef } from "react";

/** Of the meter, in dBFS: its lower end. */
const quietest = -60;

/**
 * A ref for an element that shows the level, up to 20 times a second, without a render. A `<meter>` or `<progress>` gets it as
 * its value; every element has it in the CSS variable `--level`. Both go from 0 (−60 dBFS and less) to 1 (full scale).
 *
 * @param draw draws it otherwise; `rms` and `peak` in dBFS
 * @example
 * ```tsx
 * <meter ref={useLevel(transcriber)} />
 * ```
 */
export function useLevel<E extends HTMLElement = HTMLElement>(
  transcriber: Transcriber,
  draw: (element: E, level: Level) => void = drawLevel,
): (element: E | null) => void {
  const latest = useRef(draw);
  useInsertionEffect(() => {
    latest.current = draw;
  });
  return useMemo(() => {
    let leave: (() => void) | undefined;
    return (element: E | null) => {
      leave?.();
      leave = undefined;
      if (!element) return;
      const show = (level: Level) => latest.current(element, level);
      show(transcriber.level);
      leave = transcriber.watchLevel(show);
    };
  }, [transcriber]);
}

function drawLevel(element: HTMLElement, { rms }: Level): void {
  const value = Math.max(0, 1 - rms / quietest);
  element.style.setProperty("--level", value.toFixed(3));
  if (element instanceof HTMLMeterElement || element instanceof HTMLProgressElement) element.value = value;
}
