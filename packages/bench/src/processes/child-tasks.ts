import * as v from "valibot";

/** What a server process is started with. */
export const serverTask = v.object({
  keyFile: v.string(),
  certFile: v.string(),
  behaviour: v.picklist(["recognizes", "stamps", "stalls", "drops"]),
  /** Words in a Turn. */
  words: v.optional(v.number(), 12),
  /** `drops`: how long the connection is silent before it breaks, in ms. */
  silentMs: v.optional(v.number(), 0),
  /** `drops`: frames that the source has. */
  sourceFrames: v.optional(v.number(), 0),
});
export type ServerTask = Omit<v.InferInput<typeof serverTask>, "keyFile" | "certFile">;

export const variantName = v.picklist(["bare", "vendor", "streams", "ours", "oursPiped"]);
export type VariantName = v.InferOutput<typeof variantName>;

/** What a client process is started with. */
export const clientTask = v.variant("task", [
  v.object({
    task: v.literal("stream"),
    variant: variantName,
    url: v.string(),
    sessions: v.number(),
    /** Streamed before the measurement, fast, in seconds of audio. */
    warmUpSeconds: v.number(),
    seconds: v.number(),
    /** Wall time of a frame of 50 ms. */
    tickMs: v.number(),
  }),
  v.object({
    task: v.literal("memory"),
    variant: variantName,
    url: v.string(),
    sessions: v.number(),
    seconds: v.number(),
  }),
  v.object({
    task: v.literal("latency"),
    variant: variantName,
    url: v.string(),
    sessions: v.number(),
    seconds: v.number(),
  }),
  v.object({
    task: v.literal("stall"),
    variant: variantName,
    url: v.string(),
    writes: v.number(),
    seconds: v.number(),
  }),
  v.object({
    task: v.literal("drop"),
    variant: variantName,
    url: v.string(),
    frames: v.number(),
    /** Whether the application opens a new connection as soon as it hears that the old one is gone. */
    reopen: v.boolean(),
  }),
  v.object({ task: v.literal("decode"), bundle: v.string(), words: v.number(), rounds: v.number() }),
]);
export type ClientTask = v.InferOutput<typeof clientTask>;
export type TaskOf<Name extends ClientTask["task"]> = Extract<ClientTask, { task: Name }>;
