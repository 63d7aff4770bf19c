import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { EmulatorError } from "../emulator-error.ts";
import { scriptFrom } from "../observation/recording.ts";
import type { Engine } from "./engine.ts";
import { scripted } from "./scripted.ts";

/** The source of a command's words; at most one of the three. */
export interface EngineSource {
  readonly script?: string;
  readonly play?: string;
  readonly engine?: string;
}

const words = v.array(
  v.object({
    text: v.string(),
    start: v.number(),
    end: v.number(),
    confidence: v.exactOptional(v.number()),
    channel: v.exactOptional(v.string()),
    speaker: v.exactOptional(v.string()),
    revisedSpeaker: v.exactOptional(v.string()),
    profane: v.exactOptional(v.boolean()),
    pii: v.exactOptional(v.string()),
  }),
);

const engineShape = v.custom<Engine>(
  (value) => typeof value === "object" && value !== null && "open" in value && typeof value.open === "function",
);

/** @throws EmulatorError `invalid-options` if a file or module is missing or invalid */
export async function loadEngine({ script, play, engine }: EngineSource): Promise<Engine> {
  if ([script, play, engine].filter((source) => source !== undefined).length > 1)
    throw new EmulatorError("invalid-options", "--script, --play and --engine cannot be combined. Use one of them.");
  if (play !== undefined) return scriptedBy(play, async () => scriptFrom(await readFile(play, "utf8")));
  if (script !== undefined)
    return scriptedBy(script, async () => v.parse(words, JSON.parse(await readFile(script, "utf8"))));
  return engine === undefined ? scripted() : importEngine(engine);
}

async function scriptedBy(file: string, read: () => Promise<Parameters<typeof scripted>[0]>): Promise<Engine> {
  try {
    return scripted(await read());
  } catch (cause) {
    throw new EmulatorError("invalid-options", `Cannot play ${file}: ${reason(cause)}`, { cause });
  }
}

/** Returns a module's `recognizer`, or its default export: an engine, or a function that creates one. */
async function importEngine(name: string): Promise<Engine> {
  try {
    const path = createRequire(join(process.cwd(), "anywhere.js")).resolve(name);
    const module: Record<string, unknown> = await import(pathToFileURL(path).href);
    const found = module.recognizer ?? module.default;
    const result = v.safeParse(engineShape, typeof found === "function" ? await found() : found);
    if (result.success) return result.output;
  } catch (cause) {
    throw new EmulatorError("invalid-options", `Cannot load the engine ${name}: ${reason(cause)}`, { cause });
  }
  const remedy = "Export an Engine, or a function that creates one, as `recognizer` or as the default.";
  throw new EmulatorError("invalid-options", `The module ${name} has no engine. ${remedy}`);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split("\n")[0] ?? cause.name) : String(cause);
}
