import { connect, type Socket } from "node:net";
import { answer } from "./worker.ts";

/** A process of connections that ask for a room and read nothing. Started with the ports of the servers, and how many rooms there are. */
const [ports = "", rooms = "1"] = process.argv.slice(2);
const servers = ports.split(",").map(Number);
const sockets = new Set<Socket>();
let opened = 0;

function ask(number: number): void {
  const path = `/captions?room=${encodeURIComponent(`room ${number % Number(rooms)}`)}`;
  const socket = connect(servers[number % servers.length] ?? 0, "127.0.0.1", () => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  });
  socket.pause();
  socket.on("error", (error) => process.stderr.write(`${error.message.split(" ", 2).join(" ")}\n`));
  sockets.add(socket);
}

answer({
  /** Opens N more, one a millisecond. */
  open(more) {
    for (let i = 0; i < Number(more); i++) setTimeout(() => ask(opened++), i);
    return {};
  },
});
process.send?.({ listening: 0 });
