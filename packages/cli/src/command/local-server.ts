/** A server of this process, for one command. */
export interface LocalServer {
  /** `ws://…`, for the session's `apiHost`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the local server with the offline recogniser in it. Both are loaded only now: they take a second and 300 MB. */
export async function startLocalServer(): Promise<LocalServer> {
  const [{ startEmulator }, { recognizer }] = await Promise.all([
    import("@voxpipe/emulator"),
    import("@voxpipe/recognizer"),
  ]);
  return startEmulator({ edges: "exact", defaultModel: "universal-streaming-english", engine: recognizer() });
}
