import type { StreamingSession } from "@voxpipe/core";
import type { Fault } from "@voxpipe/emulator";
import type { Random } from "@voxpipe/testing/random";

type SessionFault = Exclude<Fault, { when: "connect" | "token" }>;
type Break = SessionFault["do"];

/** Ways in which a connection ends that a new one can follow. */
const breaks: readonly [Break, ...Break[]] = [
  "drop",
  "reset",
  { close: 1011 },
  { close: 1013 },
  { error: 3005 },
  { error: 3008 },
  { error: 1011, typed: false },
];

/** Up to `most` connections in a row that break, each at an instant of its own. */
export function randomBreaks(random: Random, most: number): Fault[] {
  return Array.from({ length: random.between(0, most) }, (_, session): Fault => {
    if (session === 0 && random.next() < 0.15) return { when: "connect", do: random.pick(["drop", "reset"]), session };
    return { when: randomMoment(random), do: random.pick(breaks), session };
  });
}

export function randomMoment(random: Random): SessionFault["when"] {
  const moment = random.pick([
    "open",
    "begin",
    "partial",
    "final",
    "terminate",
    "audio",
    "audio",
    "audio",
    "messages",
  ] as const);
  if (moment === "audio") return { audioMs: random.between(50, 4000) };
  return moment === "messages" ? { messages: random.between(1, 60) } : moment;
}

/** Control messages at random instants, while audio flows. */
export async function controlAtRandom(session: StreamingSession, random: Random): Promise<void> {
  for (let i = random.between(1, 6); i > 0; i--) {
    // Any instant will do: the run has to hold at all of them.
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 15)));
    if (session.state === "closing" || session.state === "closed") return;
    void random.pick([
      () => session.forceEndpoint(),
      () => session.keepAlive(),
      () => session.updateConfiguration({ minTurnSilence: random.between(50, 200) }),
    ])();
  }
}

/** As many as up to 4, which also come after turns have become final, and while their finals are under way. */
export function lateBreaks(random: Random): Fault[] {
  return Array.from({ length: random.between(1, 4) }, (_, session): Fault => {
    const when = random.pick<SessionFault["when"]>([
      { audioMs: random.between(50, 12_000) },
      { afterMs: random.between(100, 12_000) },
      { finals: random.between(1, 4) },
      { finals: random.between(1, 4) },
      "partial",
      "terminate",
    ]);
    return { when, do: random.pick(breaks), session };
  });
}

/** Runs seeds `first … first + count - 1`, a few at a time; a failure names its seed. */
export async function many(first: number, count: number, check: (seed: number) => Promise<void>): Promise<void> {
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  const worker = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
      await check(seed).catch((cause: unknown) => {
        throw new Error(`Seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
      });
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}
