import type { Platform } from "@voxpipe/core";
import { ReadableStream, WritableStream } from "web-streams-polyfill";

/** The ponyfill says `Promise<void>` where the DOM's types say `Promise<undefined>`; otherwise they are the same. */
export const ponyfillStreams = { ReadableStream, WritableStream } as unknown as Platform["streams"];
