// @vitest-environment jsdom
import { fakeMicrophones } from "@voxpipe/microphone/testing";
import { cases } from "@voxpipe/testing";
import { createTranscriber } from "@voxpipe/transcriber";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { openPage } from "./page.ts";
import { reactOf, versions } from "./react-of.ts";

/** 30 partials a second, for 10 s or a minute, in turns of 5 s. */
const partials = cases(10, 60) * 30;
const perTurn = 5 * 30;

/** A service that sends the next event when it is asked to. */
async function startSpeaker() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  let socket: WebSocket | undefined;
  const send = (message: object) => socket?.send(JSON.stringify(message));
  server.on("connection", (connected) => {
    socket = connected;
    send({ type: "Begin", id: "a-session", expires_at: 0 });
    connected.on("message", (data, isBinary) => {
      if (isBinary || !String(data).includes("Terminate")) return;
      send({ type: "Termination", audio_duration_seconds: 60, session_duration_seconds: 60 });
      connected.close(1000);
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}`,
    /** Sends partial `n`, with one word more than the one before, or the turn's end. Returns its last word. */
    speak(n: number): string {
      const order = Math.floor(n / perTurn);
      const count = (n % perTurn) + 1;
      const end_of_turn = count === perTurn;
      const words = Array.from({ length: count }, (_, i) => ({
        text: `w${order}x${i}`,
        start: i * 33,
        end: i * 33 + 30,
        confidence: 1,
        word_is_final: i < count - 1 || end_of_turn,
      }));
      const transcript = words.slice(0, end_of_turn ? count : -1).map(({ text }) => text);
      send({
        type: "Turn",
        turn_order: order,
        end_of_turn,
        turn_is_formatted: end_of_turn,
        transcript: transcript.join(" "),
        words,
      });
      return `w${order}x${count - 1}`;
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each(versions)(
  "React %s: at 30 partials a second a status renders 0 times, final turns once a turn, live text once a partial",
  async (version) => {
    const kit = await reactOf(version);
    await using service = await startSpeaker();
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const microphones = fakeMicrophones({ audio: new Int16Array(16_000), after: "silence", wait });
    const transcriber = createTranscriber({ apiHost: service.url, token: "example", microphones, onWarning: () => {} });
    const renders = { status: 0, finals: 0, live: 0 };
    const { createElement } = kit.React;
    const Status = () => {
      renders.status++;
      return kit.hooks.useTranscriber(transcriber).status;
    };
    const Finals = () => {
      renders.finals++;
      return kit.hooks.useTranscript(transcriber, ({ turns }) => turns).length;
    };
    const Live = () => {
      renders.live++;
      return kit.hooks.useTranscript(transcriber, ({ text }) => text);
    };
    using shown = openPage(
      kit,
      [Status, Finals, Live].map((component, key) => createElement(component, { key })),
    );
    await transcriber.start();
    await shown.until(/listening/);
    const before = { ...renders };
    for (let n = 0; n < partials; n++) {
      const word = service.speak(n);
      // The next one is sent when this one is on the page.
      while (!shown.element.textContent?.endsWith(word)) await new Promise((resolve) => setImmediate(resolve));
    }
    const during = {
      status: renders.status - before.status,
      finals: renders.finals - before.finals,
      live: renders.live - before.live,
    };
    expect(during).toEqual({ status: 0, finals: partials / perTurn, live: partials });
    await transcriber.stop();
  },
);
