import { once } from "node:events";
import { type Engine, type ObservedSession, scripted, startEmulator } from "@voxpipe/emulator";
import { beforeAll, describe, inject, test } from "vitest";
import { WebSocket } from "ws";
import { calls, type ProviderCall } from "../../packages/telephony/test/calls.ts";
import { audioOfDamagedCall, sendDamagedCall } from "../../packages/telephony/test/damaged-call.ts";
import { buildMediaServers, type Edit, mediaServers, startMediaServer } from "./servers.ts";

/** The kinds of messages: texts, of which Twilio's are in the README, and bytes, of which only Vonage's are. */
const providers: Readonly<Record<string, Edit>> = {
  twilio: (printed) => printed,
  vonage: (printed) =>
    printed.replace('"twilio"', '"vonage"').replace('"pcm_mulaw"', '"pcm_s16le"').replace("8_000", "16_000"),
};
const folders = new Map<string, string>();

beforeAll(async () => {
  for (const [name, edit] of Object.entries(providers))
    folders.set(name, await buildMediaServers(inject("installed"), edit));
});

describe.concurrent.each(mediaServers)("the README's server on %s", (name) => {
  test.for(Object.keys(providers))(
    "transcribes a damaged call of %s, each side to the byte and by its name, after strangers were turned away",
    async (provider, { expect }) => {
      const call = calls.find((known) => known.name === provider);
      if (!call) throw new Error("no call");
      const reports: string[] = [];
      await using emulator = await startEmulator({ record: true, engine: wordsOfTheirOwn() });
      await using server = await startMediaServer(name, folders.get(provider) ?? "", emulator.url, (line) =>
        reports.push(line),
      );
      const url = `${server.url.replace("http", "ws")}/media`;

      expect(await turnedAway(url, startOfStranger(call))).toBe(1_008);
      expect(await turnedAway(url, Array<string>(101).fill("nonsense"))).toBe(1_008);
      await expect.poll(() => reports.join()).toMatch(/More than 100 messages/);
      const gone = await connected(url);
      gone.terminate();
      await expect.poll(() => reports.join()).toMatch(/socket closed before the call/);
      expect(emulator.sessions).toHaveLength(0);

      const peer = await connected(url);
      await sendDamagedCall(call, peer, Number.POSITIVE_INFINITY);
      // A side without a track may have a session, which hears nothing.
      const heard = () => emulator.sessions.filter(({ audio }) => audio.bytes > 0);
      await expect.poll(heard).toHaveLength(call.tracks.length);
      await Promise.all(heard().map(({ ended }) => ended));
      const captions = call.tracks.flatMap((track) => {
        const audio = Buffer.from(audioOfDamagedCall(call, track));
        const session = heard().find((session) => audio.equals(session.recordedAudio()));
        const said = finalsOf(session);
        expect(said.join(" "), track).toMatch(/^session(\d)-early\.? session\1-late\.$/i);
        return said.map((text) => `${sides[track]}: ${text}`);
      });
      const captionsPrinted = () => server.printed.filter((line) => /^(caller|agent): /.test(line));
      await expect.poll(() => captionsPrinted().sort()).toEqual(captions.sort());
    },
  );
});

/** What the README calls them. */
const sides = { inbound: "caller", outbound: "agent" } as const;

/** Each session says other words, so that words of the wrong side would show. */
function wordsOfTheirOwn(): Engine {
  let sessions = 0;
  return {
    name: "words of their own",
    open(listener) {
      const own = `session${sessions++}`;
      const words = [
        { text: `${own}-early.`, start: 400, end: 900 },
        { text: `${own}-late.`, start: 3_000, end: 3_600 },
      ];
      return scripted(words).open(listener);
    },
  };
}

function finalsOf(session: ObservedSession | undefined): string[] {
  return (session?.sent ?? []).flatMap((message) => {
    const { type, end_of_turn, transcript }: Record<string, unknown> = Object(message);
    return type === "Turn" && end_of_turn === true ? [String(transcript)] : [];
  });
}

function startOfStranger(call: ProviderCall): string[] {
  return call.start().map((message) => String(message).replace('"secret":"example"', '"secret":"guess"'));
}

async function connected(url: string): Promise<WebSocket> {
  const peer = new WebSocket(url);
  await once(peer, "open");
  return peer;
}

/** Sends what a stranger sends. Gives the code with which the server closes. */
async function turnedAway(url: string, messages: readonly string[]): Promise<number> {
  const peer = await connected(url);
  const closed = once(peer, "close");
  for (const message of messages) peer.send(message);
  const [code] = await closed;
  return code;
}
