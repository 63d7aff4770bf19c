import { spawn } from "node:child_process";

/** A program that speaks its last argument, such as `espeak-ng`, `flite -t` or, on a Mac, `say`. Without it, the agent writes. */
const [program, ...args] = (process.env.SPEAK ?? "").split(" ").filter((word) => word !== "");

/** Resolves when the sentence has been spoken. `signal` interrupts it. */
export async function speak(sentence: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (program === undefined) return;
  const voice = spawn(program, [...args, sentence], { stdio: "ignore", signal });
  await new Promise<void>((resolve, reject) => {
    voice.on("error", reject);
    voice.on("close", () => resolve());
  });
}
