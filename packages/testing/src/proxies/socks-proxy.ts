import { connect, createServer } from "node:net";
import { createServer as createSocks } from "@pondwader/socks5-server";
import { type Listening, listening } from "./listening.ts";

export type SocksProxy = Listening;

/** A SOCKS5 proxy. With a password, it admits the user `ada` only. */
export function startSocksProxy({ password }: { readonly password?: string } = {}): Promise<SocksProxy> {
  const targets: string[] = [];
  const socks = createSocks(password === undefined ? {} : { auth: { username: "ada", password } });
  socks.setConnectionHandler(({ socket, destAddress, destPort }, sendStatus) => {
    const [host, port] = [String(destAddress), Number(destPort)];
    targets.push(`${host}:${port}`);
    const onward = connect(port, host);
    onward.on("connect", () => {
      sendStatus("REQUEST_GRANTED");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    socket.on("close", () => onward.destroy());
  });
  return listening(
    createServer((socket) => socks._handleConnection(socket)),
    targets,
  );
}
