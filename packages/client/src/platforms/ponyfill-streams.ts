import type { Platform } from "@voxpipe/core";
import { ReadableStream, WritableStream } from "web-streams-polyfill";

/** The ponyfill's types differ from the DOM's only in `Promise<void>` for `Promise<undefined>`. */
export const ponyfillStreams = { ReadableStream, WritableStream } as unknown as Platform["streams"];
