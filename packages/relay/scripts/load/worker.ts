import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** Questions by their names, as a process answers them. */
export type Answers = Readonly<Record<string, (argument: unknown) => unknown>>;

/** Answers what the parent asks, and ends with it. */
export function answer(answers: Answers): void {
  process.on("disconnect", () => process.exit());
  process.on("message", async (message) => {
    if (!isQuestion(message)) return;
    process.send?.({ id: message.id, result: await answers[message.name]?.(message.argument) });
  });
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

function isQuestion(message: unknown): message is Question {
  return typeof message === "object" && message !== null && "id" in message && "name" in message;
}

/** A process that answers questions. */
export class Worker {
  readonly process: ChildProcess;
  #count = 0;

  constructor(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const options = { env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "pipe", "ipc"] } as const;
    this.process = fork(program, [...args], { ...options, stdio: [...options.stdio] });
    this.process.stderr?.on("data", (text: Buffer) => this.#complain(String(text)));
  }

  readonly complaints = new Map<string, number>();
  #complain(text: string): void {
    for (const line of text.split("\n").filter((part) => part !== ""))
      this.complaints.set(line, (this.complaints.get(line) ?? 0) + 1);
  }

  /** Undefined if the process has ended. */
  async ask(name: string, argument?: unknown): Promise<Record<string, number> | undefined> {
    if (!this.process.connected) return undefined;
    const id = ++this.#count;
    return new Promise((resolve) => {
      const onMessage = (message: { readonly id?: number; readonly result?: Record<string, number> }) => {
        if (message.id === id) finish(message.result);
      };
      const onExit = () => finish(undefined);
      const finish = (result: Record<string, number> | undefined) => {
        this.process.off("message", onMessage);
        this.process.off("exit", onExit);
        resolve(result);
      };
      this.process.on("message", onMessage);
      this.process.on("exit", onExit);
      this.process.send({ id, name, argument });
    });
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await exited;
  }
}
