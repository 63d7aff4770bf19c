import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RecognizerError } from "./recognizer-error.ts";
import type { ModelFiles } from "./thread/messages.ts";

/** The model files in `folder`, or in the package's own; throws `models-missing` for the first missing one. */
export function findModelFiles(folder: string | URL = new URL("../models/", import.meta.url)): ModelFiles {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  const file = (name: string): string => {
    const found = join(path, name);
    if (existsSync(found)) return found;
    throw new RecognizerError(
      "models-missing",
      `The model file ${found} is missing. In a checkout of voxpipe, run \`pnpm build\`; otherwise install @voxpipe/recognizer again.`,
    );
  };
  return {
    encoder: file("moonshine-tiny-encoder.onnx"),
    decoder: file("moonshine-tiny-decoder.onnx"),
    tokens: file("moonshine-tiny-tokens.txt"),
    voice: file("silero-vad.onnx"),
  };
}
