import { WebSocket } from "ws";

/** Five seconds of silence, s16le at 16 kHz: which words are heard in it is up to the emulator. */
const audio = new Uint8Array(5 * 32_000);

/**
 * An example of an application that follows the recipe: transcribes a file, and starts again if the connection is lost. It
 * does not read the file.
 */
export async function transcribe(host: string, _file: string): Promise<string> {
  for (;;) {
    const transcript = await attempt(host);
    if (transcript !== undefined) return transcript;
  }
}

/** The transcript, or nothing where the connection ended before its time. */
function attempt(host: string): Promise<string | undefined> {
  const socket = new WebSocket(`${host}/v3/ws?sample_rate=16000&format_turns=true`, {
    headers: { authorization: "key" },
  });
  const finals: string[] = [];
  let terminated = false;
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const message: { type: string; end_of_turn?: boolean; transcript?: string } = JSON.parse(String(data));
    if (message.type === "Begin") send(socket);
    if (message.end_of_turn) finals.push(message.transcript ?? "");
    if (message.type === "Termination") terminated = true;
  });
  return new Promise((resolve) => {
    socket.on("close", () => resolve(terminated ? finals.join(" ") : undefined));
  });
}

function send(socket: WebSocket): void {
  for (let at = 0; at < audio.length; at += 3_200) socket.send(audio.subarray(at, at + 3_200));
  socket.send(JSON.stringify({ type: "Terminate" }));
}
