import type { Attributes } from "@opentelemetry/api";
import type { StreamingError } from "voxpipe";

/** What is said of a failure: its code and the service's close code, never its message. Empty for a good end. */
export function errorAttributes(error: StreamingError | undefined): Attributes {
  if (!error) return {};
  return {
    "error.type": error.code,
    ...(error.closeCode !== undefined && { "voxpipe.close_code": error.closeCode }),
    ...(error.status !== undefined && { "http.response.status_code": error.status }),
  };
}
