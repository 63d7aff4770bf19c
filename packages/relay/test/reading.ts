import { createTranscript, type TranscriptEvent } from "@voxpipe/transcript";
import { createParser } from "eventsource-parser";
import { expect } from "vitest";

interface Message {
  readonly id: string | undefined;
  readonly event: TranscriptEvent;
}

export interface Reading {
  readonly response: Response;
  readonly messages: readonly Message[];
  readonly comments: readonly string[];
  readonly retries: readonly number[];
  /** Whether the server has ended it, and how. */
  readonly ended: Promise<"closed" | "failed">;
  leave(): void;
  /** Waits until the texts of its final turns are these. */
  hears(...finals: readonly string[]): Promise<void>;
}

/** Reads server-sent events as they come, for a test to look at. */
export async function read(url: string, init: RequestInit = {}): Promise<Reading> {
  const leaving = new AbortController();
  const response = await fetch(url, { ...init, signal: leaving.signal });
  const messages: Message[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => messages.push({ id, event: JSON.parse(data) }),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => retries.push(ms),
  });
  const ended = (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
      return "closed" as const;
    } catch {
      return "failed" as const;
    }
  })();
  return {
    response,
    messages,
    comments,
    retries,
    ended,
    leave: () => leaving.abort(),
    hears: (...finals) => expect.poll(() => finalsOf(messages.map(({ event }) => event))).toEqual(finals),
  };
}

/** Texts of final turns, as a transcript has them. */
export function finalsOf(events: readonly TranscriptEvent[]): string[] {
  const transcript = createTranscript();
  for (const event of events) transcript.push(event);
  return transcript.snapshot.turns.map(({ text }) => text);
}

export function texts(messages: readonly { readonly event: TranscriptEvent }[]): unknown[] {
  return messages.map(({ event }) => event.transcript ?? event.type);
}
