import { connect, type Socket } from "node:net";
import { answer } from "./worker.ts";

/** A process of connections that ask for a room and read nothing. Started with the ports of the servers, how many, and of how many rooms. */
const [ports = "", count = "1", rooms = "1"] = process.argv.slice(2);
const servers = ports.split(",").map(Number);
const sockets = new Set<Socket>();
let waiting = Number(count);

for (let i = 0; i < Number(count); i++) setTimeout(() => ask(i), i);

function ask(number: number): void {
  const path = `/captions?room=${encodeURIComponent(`room ${number % Number(rooms)}`)}`;
  const socket = connect(servers[number % servers.length] ?? 0, "127.0.0.1", () => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    waiting--;
  });
  socket.pause();
  socket.on("error", (error) => process.stderr.write(`${error.message.split(" ", 2).join(" ")}\n`));
  sockets.add(socket);
}

answer({ stats: () => ({ waiting }) });
process.send?.({ listening: 0 });
