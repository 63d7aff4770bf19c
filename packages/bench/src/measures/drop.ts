import type { Context, Measure } from "../measure.ts";
import { runClient, startServer } from "../processes/child.ts";
import type { VariantName } from "../processes/child-tasks.ts";

const frames = 160;
/** Time for the last audio to arrive and be counted. */
const settleMs = 200;

/** Audio that never reaches the service when its connection breaks in mid-stream. */
export const drop: Measure = async (context) => {
  context.progress("drop: all clients at once");
  const kinds = [
    { silentMs: 0, reopen: false, label: "TCP connection destroyed" },
    { silentMs: 0, reopen: true, label: "TCP connection destroyed, application reopens" },
    { silentMs: 2000, reopen: true, label: "2 s without a sign, then destroyed, application reopens" },
  ];
  const rows = kinds.map(async ({ silentMs, reopen, label }) => {
    const lost = async (variant: VariantName) => [await lostFrames(context, variant, silentMs, reopen)];
    // Ours reconnects by itself, so its application never has to.
    const [bare, vendor, ours] = await Promise.all([lost("bare"), lost("vendor"), lost("ours")]);
    return { figure: `Frames lost: ${label}`, unit: "frames", bare, vendor, ours, goal: "0" };
  });
  return {
    rows: await Promise.all(rows),
    notes: [
      `Drop: ${frames} frames of 50 ms in real time, every 10 ms block of which carries its number; the server destroys the first connection after 60 frames, within a turn. Counted: frames of which at least one block reached the server whole on no connection. "Application reopens": it opens a new session as soon as its client says that the old one is gone, and its source continues meanwhile. The vendor's client and the bare loop do not reconnect by themselves. One round.`,
    ],
  };
};

async function lostFrames(
  { certificate }: Context,
  variant: VariantName,
  silentMs: number,
  reopen: boolean,
): Promise<number> {
  const server = await startServer(certificate, { behaviour: "drops", silentMs, sourceFrames: frames });
  try {
    await runClient(certificate, { task: "drop", variant, url: server.url, frames, reopen });
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    return (await server.report()).lostFrames ?? Number.NaN;
  } finally {
    server.stop();
  }
}
