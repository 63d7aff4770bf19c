import { createTranscript } from "@voxpipe/transcript";
import { formatTranscript, type OutputFormat } from "./output-format.ts";
import { noticeLine, type Renderer } from "./renderer.ts";
import type { TextOutput } from "./text-output.ts";

/** Writes the whole transcript in a format at the end; if the session fails, as far as it got. */
export function renderDocument(output: TextOutput, errors: TextOutput, format: OutputFormat): Renderer {
  const transcript = createTranscript();
  return {
    async event(event) {
      transcript.push(event);
    },
    progress() {},
    notice: (text) => void errors.write(noticeLine(text)),
    end: () => output.write(formatTranscript(transcript.snapshot, format)),
  };
}

/** Sends notices to `shown`, and the events to both `shown` and `kept`. */
export function renderBoth(shown: Renderer, kept: Renderer): Renderer {
  return {
    async event(event) {
      await Promise.all([shown.event(event), kept.event(event)]);
    },
    progress: (progress) => shown.progress(progress),
    notice: (text) => shown.notice(text),
    async end() {
      await Promise.all([shown.end(), kept.end()]);
    },
  };
}
