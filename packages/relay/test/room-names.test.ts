import { expect, it } from "vitest";
import { begin, eventsOf, final } from "./events.ts";
import { onEveryStore } from "./every-store.ts";
import { read } from "./reading.ts";

/** Names that a store which put them into keys or patterns as they are would confuse. */
const names = [
  "a",
  "a:live",
  "a:kept",
  "a}:live",
  "{a}",
  "{a}:head",
  "a/b",
  "a%2Fb",
  "a%252Fb",
  "a b",
  "a+b",
  "a\0b",
  "a\nb",
  "a\r\nb",
  "a*",
  "a?",
  "[a]",
  "a\\",
  'a"b',
  "a'b",
  "a&room=b",
  "a#b",
  "..",
  "../a",
  "__proto__",
  "constructor",
  "é",
  "e\u0301",
  "А",
  "a\u200b",
  "👩‍👩‍👧‍👦",
  "$",
  ">",
  "0-0",
  " ",
];

onEveryStore(({ open }) => {
  it("no room shows anything of another, with any separators in their names", async () => {
    await using service = await open({ onError: () => {} });
    await Promise.all(names.map((name, i) => service.relay.publish(name, eventsOf(begin, final(0, `Of room ${i}.`)))));
    const readings = await Promise.all(names.map((name) => read(service.otherAddress(name))));
    for (const [i, reading] of readings.entries()) await reading.hears(`Of room ${i}.`);
    for (const reading of readings) {
      expect(reading.messages).toHaveLength(2);
      reading.leave();
    }
  });

  it("a name that is empty, too long, no text, or not well-formed is refused", async () => {
    await using service = await open();
    // Lone surrogates would all be the same in UTF-8. The last three are what only JavaScript can pass.
    const names: unknown[] = ["", "x".repeat(257), "\ud800", "\udfff-a", undefined, 7, { toString: () => "a" }];
    const relay: { publish(name: unknown, events: ReturnType<typeof eventsOf>): Promise<void> } = service.relay;
    for (const name of names)
      await expect(relay.publish(name, eventsOf())).rejects.toMatchObject({ code: "invalid-room" });
  });
});
