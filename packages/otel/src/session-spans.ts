import { type Context, context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { SessionDiagnostics } from "voxpipe";
import { errorAttributes } from "./attributes.ts";

interface Running {
  readonly span: Span;
  /** With the session's span in it: the parent of its connections, and what exemplars point to. */
  readonly context: Context;
  /** The connection whose Begin has not come. */
  connecting: Span | undefined;
}

/** One span a session, a child of the span that was active when it began; in it one for each attempt to connect. */
export class SessionSpans {
  readonly #tracer: Tracer;
  readonly #running = new Map<number, Running>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** The context that the message belongs to. */
  record(message: SessionDiagnostics): Context {
    if (message.type === "connecting") return this.#connecting(message.session, message.attempt);
    const running = this.#running.get(message.session);
    if (!running) return context.active();
    switch (message.type) {
      case "begun": {
        const { sessionId, replayedMs, lostMs } = message;
        const attributes = { "voxpipe.session.id": sessionId };
        running.span.setAttributes(attributes);
        running.connecting?.setAttributes(attributes).end();
        running.connecting = undefined;
        running.span.addEvent("begun", {
          ...attributes,
          "voxpipe.audio.replayed_ms": replayedMs,
          "voxpipe.audio.lost_ms": lostMs,
        });
        break;
      }
      case "disconnected": {
        const attributes = errorAttributes(message.error);
        if (running.connecting) fail(running.connecting, message.error?.code, attributes).end();
        running.connecting = undefined;
        running.span.addEvent("disconnected", attributes);
        break;
      }
      case "turn":
      case "read":
        break;
      case "closed": {
        const { stats, error } = message;
        running.span.setAttributes({
          "voxpipe.audio.sent_ms": stats.audioSentMs,
          "voxpipe.audio.replayed_ms": stats.audioReplayedMs,
          "voxpipe.audio.lost_ms": stats.audioLostMs,
          "voxpipe.reconnects": stats.reconnects,
        });
        this.#end(message.session, running, error?.code, errorAttributes(error));
      }
    }
    return running.context;
  }

  endAll(): void {
    for (const [session, running] of this.#running) this.#end(session, running, undefined, {});
  }

  #connecting(session: number, attempt: number): Context {
    const running = this.#running.get(session) ?? this.#start(session);
    running.connecting?.end();
    const attributes = { "voxpipe.connection.attempt": attempt };
    running.connecting = this.#tracer.startSpan(
      "voxpipe connect",
      { kind: SpanKind.CLIENT, attributes },
      running.context,
    );
    return running.context;
  }

  #start(session: number): Running {
    const span = this.#tracer.startSpan("voxpipe session", { kind: SpanKind.CLIENT });
    const running = { span, context: trace.setSpan(context.active(), span), connecting: undefined };
    this.#running.set(session, running);
    return running;
  }

  #end(
    session: number,
    running: Running,
    code: string | undefined,
    attributes: ReturnType<typeof errorAttributes>,
  ): void {
    this.#running.delete(session);
    running.connecting?.end();
    fail(running.span, code, attributes).end();
  }
}

/** The code alone: a message may quote what was said. */
function fail(span: Span, code: string | undefined, attributes: ReturnType<typeof errorAttributes>): Span {
  span.setAttributes(attributes);
  return code === undefined ? span : span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}
