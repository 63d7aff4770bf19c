import type { SessionState } from "../../src/session/session.ts";
import type { Surroundings } from "./surroundings.ts";

const never = Number.POSITIVE_INFINITY;

/** What may happen from one moment of a session to the next. */
const next: Readonly<Record<SessionState, readonly SessionState[]>> = {
  connecting: ["connecting", "open", "closing", "closed"],
  open: ["open", "reconnecting", "closing", "closed"],
  reconnecting: ["reconnecting", "open", "closing", "closed"],
  closing: ["closing", "closed"],
  closed: ["closed"],
};

/** What must hold after every input. Anything that does not is thrown. */
export function check(world: Surroundings, before: SessionState): void {
  const { session } = world;
  if (!next[before].includes(session.state)) throw new Error(`${session.state} after ${before}`);
  checkConnections(world);
  checkHandover(world);
  checkAudio(world);
  if (session.outcome) checkNothingLeft(world);
  else if (!session.current && session.due === never && !session.waitsForNetwork)
    throw new Error("The session waits for nothing");
}

/** What must hold when the session is over. */
export function checkEnd(world: Surroundings): void {
  const { session, source, account, variant } = world;
  const { outcome, stats } = session;
  const error = outcome?.error;
  if (account.aborted !== (error?.code === "aborted") && !error) throw new Error("Aborted, and not failed");
  if (source.failed && !error) throw new Error("The source failed, and nothing reports it");
  const { maxAttempts = 0 } = variant.settings.reconnect ?? {};
  if (maxAttempts === 100 && session.record.begin && error?.closeCode === 1006) throw new Error("A drop is the end");
  const seconds = session.summary.audioDurationSeconds ?? 0;
  if (Math.abs(seconds - account.toldSeconds) > 1e-6) throw new Error(`${seconds} s instead of ${account.toldSeconds}`);
  if (stats.reconnects !== account.reconnected) throw new Error(`${stats.reconnects} reconnects`);
  if (error && error.code !== "audio-failed" && account.terminationsSent === 0) {
    const lostMs = account.lostMs + Math.max(0, account.reachedMs - account.coveredMs);
    // In whole ms.
    if (Math.abs(stats.audioLostMs - lostMs) > 2) throw new Error(`Lost ${lostMs} ms, reported ${stats.audioLostMs}`);
  }
  if (error) return;
  if (account.turnOpen) throw new Error("A turn is open at the end");
  const missing = account.missingMs(world);
  // A figure in whole seconds may hide less than a second; and less than two, if it crossed Terminate on a socket without pings.
  if (missing > (variant.sendsPings ? 1010 : 2010))
    throw new Error(`${missing} ms are missing, and nothing reports it`);
}

function checkConnections({ session, lines, source, lastCurrent }: Surroundings): void {
  const { connections } = session;
  let [current, spare] = [0, 0];
  for (const connection of connections) {
    const { role, stage, begin, refusal } = connection;
    if (role === "current") current++;
    if (role === "spare") spare++;
    if (stage !== "connecting" && !begin && !refusal) throw new Error(`${stage} without Begin`);
    if (stage === "terminating" && !lines.get(connection)?.terminateCame) throw new Error("No Terminate");
    const reachedMs = lines.get(connection)?.sourceMs ?? 0;
    if (stage === "terminating" && role === "current" && reachedMs < source.endMs)
      throw new Error("Terminate comes before the end of the audio");
    if (stage === "terminating" && role === "spare") throw new Error("A spare connection terminates");
    if (role === "retired" && (stage === "open" || stage === "connecting")) throw new Error(`Retired, and ${stage}`);
  }
  if (current > 1 || spare > current) throw new Error(`${current} current connections, ${spare} spare ones`);
  if (lastCurrent?.role === "retired" && !session.current?.begin) throw new Error("A handover to nothing");
  if (connections.length > 16) throw new Error(`${connections.length} connections`);
  if (session.state === "closing" && spare > 0) throw new Error("A spare connection while the session closes");
  for (const line of lines.values())
    if (!line.destroyed && !connections.includes(line.connection)) throw new Error("A socket is left behind");
}

function checkHandover({ session, now, account }: Surroundings): void {
  const { state, outcome } = session;
  const { handover, stage, deadline } = session.current ?? {};
  if (state === "closing" && session.waitsForNetwork) throw new Error("The end waits for a network");
  if (state === "open" && stage === "open" && handover && now < handover.openAt && deadline !== handover.openAt)
    throw new Error("The handover is forgotten");
  if (state === "closing" && stage === "open" && deadline !== never)
    throw new Error("A handover while the session closes");
  if (stage === "open" && deadline !== undefined && deadline <= now) throw new Error("A spare without a pause");
  if (account.terminationBeforeRetired && !outcome?.error)
    throw new Error("Termination comes before the end of a retired connection");
}

function checkAudio({ session, now, lines, source, buffer, account, variant }: Surroundings): void {
  const { current } = session;
  // Voices are compared by the last ten seconds.
  const keptMs = variant.settings.parameters.speakerLabels ? 10_000 : 0;
  if (buffer.releasedMs < account.settledMs - keptMs) throw new Error("The replay buffer keeps what final turns cover");
  const line = current?.stage === "open" ? lines.get(current) : undefined;
  // More than the longest message that is not complete. The pace lets one leave several times a second.
  if (line?.carriesAudio && source.wantedMs - line.sourceMs > 200 && session.due > now + 1000)
    throw new Error("Audio waits, and nothing is due");
}

function checkNothingLeft({ session, account }: Surroundings): void {
  if (session.connections.length > 0) throw new Error("Connections after the end");
  if (session.due !== never) throw new Error("Something is due after the end");
  if (account.settledReceipts !== account.receipts) throw new Error("A control message is left behind");
}
