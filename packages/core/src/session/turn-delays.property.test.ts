import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { turn, word } from "../../test/messages.ts";
import { traced } from "../../test/traced-session.ts";

type Session = Awaited<ReturnType<typeof traced>>;

interface World {
  readonly it: Session;
  readonly writes: { readonly endMs: number; readonly at: number }[];
  begins: number;
}

const ms = (max: number) => fc.integer({ min: 0, max });

/** What may happen, in any order: also what a service should not do. */
const step: fc.Arbitrary<(world: World) => Promise<void> | void> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 250 }).map((length) => async ({ it, writes }: World) => {
      writes.push({ endMs: (writes.at(-1)?.endMs ?? 0) + length, at: it.clock.now() });
      await it.write(length);
    }),
  },
  {
    weight: 2,
    arbitrary: ms(900).map((time) => async ({ it }: World) => {
      it.clock.advance(time);
      await turnOfTheLoop();
    }),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((begins) => async (world: World) => {
      world.it.last().closes({ code: 1006, reason: "" });
      world.it.clock.advance(3000);
      await turnOfTheLoop();
      if (begins) await world.it.begin(`session-${++world.begins}`);
    }),
  },
  {
    weight: 6,
    arbitrary: fc
      .record({ order: fc.integer({ min: -1, max: 4 }), back: ms(600), length: ms(300), end: fc.boolean() })
      .map(({ order, back, length, end }) => ({ it, writes }: World) => {
        const start = Math.max(0, (writes.at(-1)?.endMs ?? 0) - back);
        it.last().says(turn(order, { end_of_turn: end, words: [word(start, start), word(start, start + length)] }));
      }),
  },
  {
    weight: 6,
    arbitrary: fc.constant(async ({ it }: World) => {
      it.ask();
      await turnOfTheLoop();
    }),
  },
);

test("the parts of a turn's delay are never negative, and add up to the time since its audio was written", async () => {
  let reported = 0;
  const ends = fc.constantFrom("close", "abort", "neither");
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 40 }),
      ends,
      fc.boolean(),
      async (steps, end, readsRest) => {
        const world: World = { it: await traced({ audioBuffer: 600_000 }), writes: [], begins: 0 };
        const { it, writes } = world;
        await it.begin();
        for (const act of steps) await act(world);
        if (end === "close") it.session.close().catch(() => {});
        if (end === "abort") it.session.abort();
        it.clock.advance(11);
        if (readsRest) for (let read = 0; read < steps.length; read++) it.ask();
        await turnOfTheLoop();
        it.session.abort();

        for (const { audioMs, writtenAt, sendMs, serviceMs, readerMs, at } of it.reads) {
          expect(Math.min(sendMs, serviceMs, readerMs)).toBeGreaterThanOrEqual(0);
          expect(writtenAt + sendMs + serviceMs + readerMs).toBe(at);
          expect(writtenAt).toBe(writes.find(({ endMs }) => endMs >= audioMs)?.at);
        }
        reported += it.reads.length;
      },
    ),
    { numRuns: 60 },
  );
  expect(reported).toBeGreaterThan(60);
});
