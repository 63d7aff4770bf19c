import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { expect } from "vitest";
import { numberWord } from "../../src/engines/number-word.ts";
import type { Emulator } from "../../src/server.ts";
import { tone } from "./audio.ts";
import { RawClient } from "./raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

/**
 * Attacks while somebody else's session runs: that one gets a word for each of its seconds as if nothing had happened, and
 * so does one that comes afterwards.
 */
export async function unnoticed(emulator: Emulator, attack: () => Promise<void>): Promise<void> {
  await using witness = await RawClient.connect(emulator.url, rate);
  await witness.until("Begin");
  let attacking = true;
  const speaking = (async () => {
    let spokenMs = 0;
    for (; attacking || spokenMs < 1_000; spokenMs += 100) {
      witness.ws.send(tone(100));
      // Twenty times real time, so that a long attack does not fill memory.
      await pause(5);
    }
    return spokenMs;
  })();
  await attack().finally(() => {
    attacking = false;
  });
  const seconds = Math.ceil((await speaking) / 1_000);
  await witness.finish();
  const counted = Array.from({ length: seconds }, (_, index) => numberWord(index + 1));
  expect(witness.finals).toEqual([counted.join(" ")]);
  await using late = await RawClient.connect(emulator.url, rate);
  late.audio(tone(1_000));
  await late.finish();
  expect(late.finals).toEqual(["one"]);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Writes bytes to the port and waits for an answer or the end, at most `patienceMs`: junk often gets neither. Gives what
 * came back.
 */
export async function throwAt(emulator: Emulator, pieces: readonly Uint8Array[], patienceMs = 20): Promise<string> {
  const socket = connect(emulator.port, "127.0.0.1");
  const received: Buffer[] = [];
  const gone = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {});
  const answered = new Promise<void>((resolve) => socket.once("data", () => resolve()));
  socket.on("data", (data) => received.push(data));
  for (const piece of pieces) socket.write(piece);
  await Promise.race([gone, answered.then(() => pause(5)), pause(patienceMs)]);
  socket.destroy();
  await gone;
  return Buffer.concat(received).toString("latin1");
}

export function upgradeRequest(target: string): Buffer {
  return Buffer.from(
    `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: key\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
  );
}
