import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { final, turn, word } from "../../test/messages.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options/options.ts";
import type { ServerEvent } from "../protocol/messages.ts";
import { GatewayWatch } from "./gateway-watch.ts";

const answer: ServerEvent = { type: "LLMGatewayResponse", turn_order: 0, transcript: "", data: {} };
const termination: ServerEvent = { type: "Termination" };

function warningsAfter(...events: ServerEvent[]): string[] {
  const warnings: string[] = [];
  const watch = new GatewayWatch((_topic, message) => void warnings.push(message));
  for (const event of events) watch.saw(event);
  return warnings;
}

const finals = (...orders: number[]) =>
  orders.map((order) => final(order, { transcript: "a", words: [word(order * 1000, order * 1000 + 500)] }));

describe("llmGateway without an answer", () => {
  test("to three final turns is reported at the fourth", () => {
    expect(warningsAfter(...finals(0, 1, 2))).toEqual([]);
    expect(warningsAfter(...finals(0, 1, 2, 3))).toEqual([
      "llmGateway: 3 final turns got no LLMGatewayResponse. The service ignores it if the account has no access.",
    ]);
  });

  test("is reported at the end of a session of three turns, and not of two", () => {
    expect(warningsAfter(...finals(0, 1, 2), termination)).toHaveLength(1);
    expect(warningsAfter(...finals(0, 1), termination)).toEqual([]);
  });

  test("does not count partials and empty finals", () => {
    expect(warningsAfter(...finals(0, 1), turn(2), final(2), turn(3), final(3), termination)).toEqual([]);
  });
});

test("one answer is enough, also a late one", () => {
  expect(warningsAfter(...finals(0, 1, 2), answer, ...finals(3, 4, 5, 6), termination)).toEqual([]);
});

test("a session with llmGateway warns once, and one without it never", async () => {
  const warningsOf = async (options: ConnectOptions) => {
    const warnings: string[] = [];
    const { platform, sockets } = scriptedPlatform(new FakeClock());
    const onWarning = (message: string) => void warnings.push(message);
    const session = connect({ apiHost: "ws://localhost", sampleRate: 8000, onWarning, ...options }, platform);
    await turnOfTheLoop();
    const socket = sockets[0];
    socket?.begin();
    for (const event of [...finals(0, 1, 2, 3, 4), termination]) socket?.says(event);
    session.abort();
    return warnings;
  };
  const llmGateway = { model: "a model", messages: [{ role: "user", content: "Sum up" }], max_tokens: 9 };
  expect(await warningsOf({ llmGateway })).toEqual([expect.stringMatching(/^llmGateway: 3 final turns/)]);
  expect(await warningsOf({})).toEqual([]);
});
