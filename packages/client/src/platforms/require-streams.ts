import { type Platform, StreamingError } from "@voxpipe/core";

const inJsdom =
  "jsdom hides the Web Streams of Node. Run the test in the environment node (in Jest: @jest-environment node), or give jsdom " +
  "the globals ReadableStream and WritableStream of Node's module stream/web in a setup file.";

/**
 * The streams, if there are any.
 *
 * @throws StreamingError `no-web-streams`; in jsdom, where the ponyfill alone does not help, with what to do.
 */
export function requireStreams(streams: Platform["streams"]): Platform["streams"] {
  if (typeof streams.ReadableStream === "function") return streams;
  const agent: unknown = Reflect.get(Object(Reflect.get(globalThis, "navigator")), "userAgent");
  const remedy =
    typeof agent === "string" && agent.includes("jsdom") ? inJsdom : "Import from voxpipe/ponyfill instead.";
  throw new StreamingError("no-web-streams", `This runtime has no Web Streams. ${remedy}`);
}
