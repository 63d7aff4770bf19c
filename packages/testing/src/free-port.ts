import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that the system gives to sockets which ask for none, so that no other test gets this one meanwhile. */
const first = 20_000;
const count = 10_000;

/** A port of this machine that nobody listens on, for a program that has to be given one. */
export async function freePort(): Promise<number> {
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step++) {
    const port = first + ((start + step) % count);
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports from ${first} to ${first + count - 1} are in use.`);
}

/** On every address of this machine. */
async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port);
  try {
    await once(probe, "listening");
  } catch {
    return false;
  }
  probe.close();
  await once(probe, "close");
  return true;
}
