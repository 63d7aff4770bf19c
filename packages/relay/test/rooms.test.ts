import { expect, it } from "vitest";
import { begin, eventsOf, final, partial, script } from "./events.ts";
import { onEveryStore } from "./every-store.ts";
import { finalsOf, read, texts } from "./reading.ts";

onEveryStore(({ open }) => {
  it("readers who are there get the events as they come, in every process", async () => {
    await using service = await open();
    const speaker = script();
    const published = service.relay.publish("talk", speaker.events);
    const here = await read(service.address("talk"));
    const there = await read(service.otherAddress("talk"));
    speaker.send(begin, partial(0, "good"), partial(0, "good morning"), final(0, "Good morning."));
    await here.hears("Good morning.");
    await there.hears("Good morning.");
    speaker.send(final(1, "Welcome."));
    await there.hears("Good morning.", "Welcome.");
    speaker.end();
    await published;
    expect(texts(here.messages).at(0)).toBe("Begin");
    expect(texts(here.messages).slice(-2)).toEqual(["Good morning.", "Welcome."]);
  });

  it("readers get nothing that a transcript does not need: no session id, no prompt", async () => {
    await using service = await open();
    await service.relay.publish(
      "private",
      eventsOf(
        begin,
        { type: "Warning", warning: "quota" } as { type: string },
        { ...final(0, "Hello."), utterance: "x" } as { type: string },
      ),
    );
    const reading = await read(service.otherAddress("private"));
    await reading.hears("Hello.");
    expect(reading.messages.map(({ event }) => Object.keys(event))).toEqual([
      ["type"],
      ["type", "turn_order", "turn_is_formatted", "end_of_turn", "transcript", "words"],
    ]);
  });

  it("a reader who joins late gets what was said, each turn once, and the newest of what is being said", async () => {
    await using service = await open();
    const speaker = script();
    const published = service.relay.publish("late", speaker.events);
    const early = await read(service.address("late"));
    speaker.send(begin, partial(0, "one"), final(0, "one", { formatted: false }), final(0, "One."));
    speaker.send(partial(1, "two"), partial(1, "two three"));
    await expect.poll(() => texts(early.messages).at(-1)).toBe("two three");
    const late = await read(service.otherAddress("late"));
    await expect.poll(() => texts(late.messages)).toEqual(["Begin", "One.", "two three"]);
    speaker.send(final(1, "Two three."));
    await late.hears("One.", "Two three.");
    speaker.end();
    await published;
  });

  it("a reader who comes back with a Last-Event-ID gets what it has not had, in any process", async () => {
    await using service = await open();
    await service.relay.publish("back", eventsOf(begin, final(0, "One."), final(1, "Two."), final(2, "Three.")));
    const first = await read(service.address("back"));
    await first.hears("One.", "Two.", "Three.");
    for (const [i, { id = "" }] of first.messages.entries()) {
      const again = await read(service.otherAddress("back"), { headers: { "Last-Event-ID": id } });
      const rest = texts(first.messages).slice(i + 1);
      await expect.poll(() => texts(again.messages)).toEqual(rest);
      again.leave();
    }
  });

  it("a later publisher continues where the last stopped, as another session of one transcript", async () => {
    await using service = await open();
    await service.relay.publish("relay race", eventsOf(begin, final(0, "One."), final(1, "Two.")));
    const reading = await read(service.address("relay race"));
    await reading.hears("One.", "Two.");
    await service.other.publish("relay race", eventsOf(begin, final(0, "Three.")));
    await reading.hears("One.", "Two.", "Three.");
    const late = await read(service.otherAddress("relay race"));
    await late.hears("One.", "Two.", "Three.");
  });

  it("a publisher that was believed dead is refused once there is a successor, and its session ends", async () => {
    await using service = await open();
    const zombie = script();
    const first = service.relay.publish("zombie", zombie.events);
    zombie.send(begin, final(0, "One."));
    const reading = await read(service.address("zombie"));
    await reading.hears("One.");
    const successor = script();
    const second = service.other.publish("zombie", successor.events);
    successor.send(begin, final(0, "Two."));
    await reading.hears("One.", "Two.");
    zombie.send(final(1, "Never seen."));
    await expect(first).rejects.toMatchObject({ code: "superseded" });
    await zombie.cancelled;
    successor.send(final(1, "Three."));
    await reading.hears("One.", "Two.", "Three.");
    successor.end();
    await second;
    expect(JSON.stringify(reading.messages)).not.toContain("Never seen.");
  });

  it("what a dead publisher had begun to hear stays, as the last that is known of that turn", async () => {
    await using service = await open();
    const speaker = script();
    const first = service.relay.publish("cut", speaker.events);
    speaker.send(begin, final(0, "One."), partial(1, "two and"));
    const reading = await read(service.address("cut"));
    await expect.poll(() => texts(reading.messages).at(-1)).toBe("two and");
    await service.other.publish("cut", eventsOf(begin, final(0, "Three.")));
    await reading.hears("One.", "two and", "Three.");
    const late = await read(service.otherAddress("cut"));
    await late.hears("One.", "two and", "Three.");
    speaker.send(partial(1, "two and a half"));
    await expect(first).rejects.toMatchObject({ code: "superseded" });
  });

  it("if the session fails, what came before is stored, and publish rejects with the failure", async () => {
    await using service = await open();
    const failure = new Error("The microphone is gone.");
    const speaker = script();
    const published = service.relay.publish("failing", speaker.events);
    speaker.send(begin, final(0, "One."), partial(1, "two"));
    const reading = await read(service.address("failing"));
    await expect.poll(() => texts(reading.messages).at(-1)).toBe("two");
    speaker.fail(failure);
    await expect(published).rejects.toBe(failure);
    expect(finalsOf(reading.messages.map(({ event }) => event))).toEqual(["One."]);
  });

  it("publish ends with its signal, and cancels its source", async () => {
    await using service = await open();
    const speaker = script();
    const ending = new AbortController();
    const published = service.relay.publish("signal", speaker.events, { signal: ending.signal });
    ending.abort(new Error("The lecture is over."));
    await expect(published).rejects.toThrow("The lecture is over.");
    await speaker.cancelled;
    await expect(service.relay.publish("signal", eventsOf(begin), { signal: ending.signal })).rejects.toThrow("over");
  });

  it("a room holds as many turns as `keep` says; who needs older ones learns that they are missing", async () => {
    await using service = await open({ keep: 5 });
    const finals = Array.from({ length: 20 }, (_, i) => final(i, `Turn ${i}.`));
    await service.relay.publish("long", eventsOf(begin, ...finals));
    const late = await read(service.otherAddress("long"));
    await late.hears("Turn 15.", "Turn 16.", "Turn 17.", "Turn 18.", "Turn 19.");
    expect(texts(late.messages).slice(0, 2)).toEqual(["Missed", "Begin"]);
    await service.other.publish("long", eventsOf(begin, final(0, "Another.")));
    await late.hears("Turn 15.", "Turn 16.", "Turn 17.", "Turn 18.", "Turn 19.", "Another.");
  });

  it("rooms expire", async () => {
    await using service = await open({ expireAfter: 200, heartbeat: 100 });
    await service.relay.publish("old", eventsOf(begin, final(0, "Forgotten.")));
    const { address } = service;
    await expect
      .poll(async () => {
        const reading = await read(address("old"));
        await expect.poll(() => reading.comments.length).toBeGreaterThan(0);
        reading.leave();
        return texts(reading.messages);
      })
      .toEqual([]);
    const next = await read(address("old"));
    await service.other.publish("old", eventsOf(begin, final(0, "New.")));
    await next.hears("New.");
  });

  it("close ends readers and publishers; publishing to a closed relay rejects", async () => {
    await using service = await open();
    const speaker = script();
    const published = service.relay.publish("closing", speaker.events);
    speaker.send(begin, final(0, "One."));
    const reading = await read(service.address("closing"));
    await reading.hears("One.");
    const failed = expect(published).rejects.toMatchObject({ code: "closed" });
    await service.relay.close();
    await failed;
    expect(await reading.ended).toBe("closed");
    await speaker.cancelled;
    await expect(service.relay.publish("closing", eventsOf())).rejects.toMatchObject({ code: "closed" });
    expect((await fetch(service.address("closing"))).status).toBe(503);
    expect(service.relay.stats()).toEqual({ readers: 0, rooms: 0, publishers: 0 });
  });
});
