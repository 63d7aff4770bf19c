/** What the examples use of Bun, Deno and workerd, for this workspace's type check, beside what the token package's use. */
interface BunSocket<Data> {
  readonly data: Data;
  readonly readyState: 0 | 1 | 2 | 3;
  send(data: string | ArrayBuffer | Uint8Array, compress?: boolean): void;
  close(code?: number, reason?: string): void;
}

interface BunOfExamples {
  serve<Data>(options: {
    fetch(
      request: Request,
      server: { upgrade(request: Request, options: { data: Data }): boolean },
    ): Response | Promise<Response> | undefined;
    websocket: {
      maxPayloadLength?: number;
      open?: (socket: BunSocket<Data>) => void;
      message?: (socket: BunSocket<Data>, data: string | Uint8Array) => void;
      close?: (socket: BunSocket<Data>, code: number, reason: string) => void;
    };
  }): { readonly port: number };
}

interface DenoOfExamples {
  upgradeWebSocket(request: Request): { readonly socket: WebSocket; readonly response: Response };
}

interface WorkerSocket extends WebSocket {
  accept(): void;
}

declare class WebSocketPair {
  readonly 0: WorkerSocket;
  readonly 1: WorkerSocket;
}

interface ResponseInit {
  webSocket?: WebSocket;
}
