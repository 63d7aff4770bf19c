import type { Settings } from "../options/options.ts";
import type { Speakers } from "./speakers.ts";

/** The code for speakers is loaded only if they are labelled, and there may be a second connection. */
export async function createSpeakers({ parameters, reconnect }: Settings): Promise<Speakers | undefined> {
  if (!parameters.speakerLabels || !reconnect) return undefined;
  const { Speakers } = await import("./speakers.ts");
  return new Speakers();
}
