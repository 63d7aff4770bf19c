import type { SendQueue } from "../audio/send-queue.ts";
import type { Connection } from "../connection/connection.ts";
import { connectTimeoutError, refusalError, stalledError } from "../connection/connection-errors.ts";
import { Liveness } from "../connection/liveness.ts";
import type { StreamingError } from "../errors/streaming-error.ts";
import { finite } from "../protocol/finite.ts";
import type { BeginEvent, ReconnectedEvent, TerminationEvent } from "../protocol/messages.ts";
import { ConnectionTimeline } from "./connection-timeline.ts";
import type { Connections } from "./connections.ts";
import type { Ending } from "./ending.ts";
import { Handover } from "./handover.ts";
import type { Reconnection } from "./reconnection.ts";
import { endedError, terminationTimeoutError } from "./session-errors.ts";
import type { SessionParts } from "./session-parts.ts";
import type { SessionRecord } from "./summary-and-stats.ts";
import { TerminationWait } from "./termination-wait.ts";
import type { Timeline } from "./timeline.ts";

const never = Number.POSITIVE_INFINITY;
const terminateMessage = '{"type":"Terminate"}';

export interface StagesParts extends SessionParts {
  readonly connections: Connections;
  readonly queue: SendQueue;
  readonly timeline: Timeline;
  readonly reconnection: Reconnection;
  readonly ending: Ending;
  readonly record: SessionRecord;
}

/**
 * The state table of a session: what each stage of a connection leads to, in each role, and what follows when a connection is
 * gone. docs/how-a-session-works.md shows it.
 */
export class Stages {
  readonly #parts: StagesParts;
  readonly #handover = new Handover();

  constructor(parts: StagesParts) {
    this.#parts = parts;
  }

  /** Connects, as soon as there is a network. */
  connect(now: number): void {
    const { connections, reconnection, events, offline } = this.#parts;
    reconnection.stop();
    if (!offline()) connections.open("current", now);
    else if (this.#closing) this.endOffline();
    else events.push(reconnection.awaitNetwork());
  }

  /** A stage has lasted too long. */
  late(connection: Connection, now: number): void {
    const { connections, settings } = this.#parts;
    const isCurrent = connection.role === "current";
    switch (connection.stage) {
      case "connecting":
        return this.gone(connection, connectTimeoutError(connection, settings.connectTimeout), now);
      case "open":
        connection.deadline = never;
        return isCurrent ? connections.open("spare", now) : this.#handOver(connection, now);
      case "terminating":
        return isCurrent ? this.#terminationLate(connection) : connections.close(connection, now);
      case "closing":
        return this.gone(connection, refusalError(connection), now);
    }
  }

  /** Looks for signs of life. */
  check(connection: Connection, now: number): void {
    const { connections, sockets } = this.#parts;
    const verdict = connection.liveness?.check(now, sockets.buffered(connection)) ?? "well";
    if (verdict === "ping") connections.ping(connection);
    else if (verdict !== "well") this.gone(connection, stalledError(connection, verdict.dead), now);
  }

  begun(connection: Connection, begin: BeginEvent, now: number): void {
    connection.begin = begin;
    connection.stage = "open";
    connection.liveness = new Liveness(now, this.#parts.sockets.canPing(connection));
    if (connection.role === "current") return this.#takeOver(connection, begin, "drop", now);
    connection.deadline = this.#parts.connections.current?.handover?.switchBy ?? now;
    this.turnEnded(now);
  }

  /** Nobody may be speaking: the moment for a spare connection that is open to take over. */
  turnEnded(now: number): void {
    const { connections, timeline } = this.#parts;
    const { spare } = connections;
    if (spare?.stage === "open" && timeline.atBoundary) this.#handOver(spare, now);
  }

  /** Nothing more will be sent: lets the service finish. */
  terminate(connection: Connection, now: number): void {
    const { connections, settings, queue } = this.#parts;
    connection.stage = "terminating";
    // The ping leaves first: a Termination that comes before its answer does not answer Terminate.
    connection.liveness?.asked();
    connections.ping(connection);
    connections.send(connection, terminateMessage);
    connection.deadline = now + settings.terminationTimeout;
    if (connection.role === "retired") return;
    const readMs = connection.timeline?.readMs ?? 0;
    connection.wait = new TerminationWait(settings.terminationTimeout, now, readMs, queue.reachedMs);
  }

  /** Words were read: the service is at work. */
  progressed({ stage, wait, timeline }: Connection, now: number): void {
    if (stage === "terminating") wait?.progressed(now, timeline?.readMs ?? 0);
  }

  terminated(connection: Connection, event: TerminationEvent, text: string, now: number): void {
    const { connections, ending, record } = this.#parts;
    connection.termination = event;
    record.terminations.push(event);
    if (connection.role === "current" && ending.terminated(connection, event, now)) this.#showTermination(text);
    connections.close(connection, now);
  }

  /** The service said why it ends the connection; its close may come, or not. */
  refused(connection: Connection, code: number, text: string, now: number): void {
    connection.refusal = { code, text };
    this.#parts.connections.close(connection, now);
  }

  /** The connection is over: a normal end if there is no error. */
  gone(connection: Connection, error: StreamingError | undefined, now: number): void {
    const { connections, ending } = this.#parts;
    if (!connections.has(connection)) return;
    connections.discard(connection, error);
    if (connection.role === "spare") return this.#replanSpare(now);
    if (connection.role === "current") this.dropSpare();
    if (connection.role === "retired" || ending.answered) return this.#endIfAnswered();
    if (error) return this.#dropped(error, now);
    const end = ending.connectionEnded(connection);
    if (end === "answered") return this.#endIfAnswered();
    if (end.again) this.#dropped(end.error, now, connection.termination);
    else this.#fail(end.error, connection.termination);
  }

  /** The peer showed that it lives, so that its Termination is overdue. */
  endOverdueWait({ stage, wait }: Connection): void {
    if (stage === "terminating" && wait?.overdue) this.#terminationTimedOut();
  }

  /** The session is going to end: no handover any more. */
  dropSpare(): void {
    const { connections } = this.#parts;
    const { current, spare } = connections;
    if (spare) connections.discard(spare);
    if (current?.stage === "open") current.deadline = never;
  }

  endOffline(): void {
    this.end(this.#parts.ending.offline());
  }

  end(error?: StreamingError): void {
    const { ending } = this.#parts;
    if (ending.outcome) return;
    ending.end(error);
    this.#release();
  }

  /** Ends the session with this error, though the audio source failed too. */
  abort(error: StreamingError): void {
    const { ending } = this.#parts;
    if (ending.outcome) return;
    ending.abort(error);
    this.#release();
  }

  get #closing(): boolean {
    return this.#parts.queue.endBytes !== never;
  }

  /** The audio goes to this connection from now on. */
  #takeOver(connection: Connection, begin: BeginEvent, cause: ReconnectedEvent["cause"], now: number): void {
    const { events, trace, queue, timeline, record, reconnection, settings } = this.#parts;
    record.sessionIds.push(begin.id);
    reconnection.retries.begun(now);
    const speakers = this.#parts.speakers();
    queue.keptMs = speakers?.keptMs ?? 0;
    const { startMs, pauseMs, replayedMs, lostMs } = queue.attach(
      timeline.settledMs,
      speakers?.fromMs(timeline.settledMs),
    );
    const place = [timeline, startMs, queue.reachedMs, pauseMs] as const;
    connection.timeline = speakers?.timeline(...place) ?? new ConnectionTimeline(...place);
    trace({ type: "begun", sessionId: begin.id, replayedMs, lostMs });
    if (record.begin) {
      record.lostMs += lostMs;
      const reconnected = { type: "Reconnected", replayed_ms: replayedMs, lost_ms: lostMs, begin, cause } as const;
      events.push(speakers ? { ...reconnected, speakers: speakers.since(startMs) } : reconnected);
    } else {
      record.begin = begin;
      events.push(begin);
    }
    if (settings.reconnect && !this.#closing)
      connection.handover = this.#handover.plan((finite(begin.expires_at) ?? 0) * 1000, now);
    connection.deadline = connection.handover?.openAt ?? never;
  }

  /** The spare connection becomes the current one, and lets the old one finish its turns. */
  #handOver(spare: Connection, now: number): void {
    const old = this.#parts.connections.current;
    if (old) {
      old.role = "retired";
      old.timeline?.retire();
    }
    spare.role = "current";
    if (spare.begin) this.#takeOver(spare, spare.begin, "rollover", now);
    if (old?.stage === "open") this.terminate(old, now);
  }

  /** A spare connection failed; another is tried while there is time. */
  #replanSpare(now: number): void {
    const { current } = this.#parts.connections;
    const plan = current?.handover;
    if (current?.stage === "open" && plan && now < plan.switchBy) current.deadline = now + plan.retryMs;
  }

  /** A peer that is silent may be dead. Its liveness soon shows that, and then the session continues with another connection. */
  #terminationLate({ wait, liveness }: Connection): void {
    if (!wait || !liveness?.unanswered) return this.#terminationTimedOut();
    wait.overdue = true;
  }

  #terminationTimedOut(): void {
    const { settings, record } = this.#parts;
    this.#fail(terminationTimeoutError(settings.terminationTimeout, record.sessionId));
  }

  /** The current connection failed: tries again, or ends the session. */
  #dropped(error: StreamingError, now: number, termination?: TerminationEvent): void {
    const { reconnection, record, events, offline } = this.#parts;
    const isOffline = offline();
    const delay = reconnection.plan(error, now, isOffline);
    if (delay === undefined) return this.#fail(reconnection.retries.final(error), termination);
    if (isOffline) return this.connect(now);
    // A first connection is retried within seconds, except at the service's limit: that wait is worth an event.
    if (!record.begin && error.code !== "too-many-sessions") return;
    events.push({
      type: "Reconnecting",
      attempt: reconnection.retries.attempt,
      delay_ms: delay,
      reason: error.message,
    });
  }

  #showTermination(text?: string): void {
    const { connections, ending, events } = this.#parts;
    const termination = connections.retired ? undefined : ending.takeTermination();
    if (termination) events.push(termination, text);
  }

  #endIfAnswered(): void {
    const { connections, ending } = this.#parts;
    this.#showTermination();
    if (ending.answered && connections.none) this.end();
  }

  #fail(error: StreamingError, termination?: TerminationEvent): void {
    if (termination) this.#parts.events.push(termination);
    this.end(error);
  }

  #release(): void {
    const { connections, queue, reconnection, ending } = this.#parts;
    reconnection.stop();
    queue.fail(ending.outcome?.error ?? endedError());
    for (const connection of connections.all) connections.discard(connection);
  }
}
