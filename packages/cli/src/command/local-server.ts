/** A server in this process, for one command. */
export interface LocalServer {
  /** `ws://…`, for the session's `apiHost`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the local server with the offline recogniser. Both are loaded only here: they take a second and 300 MB. */
export async function startLocalServer(): Promise<LocalServer> {
  const [{ startEmulator }, { recognizer }] = await Promise.all([
    import("@voxpipe/emulator"),
    import("@voxpipe/recognizer"),
  ]);
  return startEmulator({ edges: "exact", defaultModel: "universal-streaming-english", engine: recognizer() });
}
