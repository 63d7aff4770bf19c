import { cpus, totalmem } from "node:os";

/** What the figures were taken on. */
export function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, ${cores.length} cores (${cores[0]?.model.trim() ?? "unknown"}), ${memory} GB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}
