/** A client of the package `redis` or `ioredis`. */
export type RedisClient = { readonly isReady: boolean } | { readonly status: string };

/** A connection of ours, with the settings of a client of the user's. It connects once, and is then used or thrown away. */
export interface Connection {
  connect(): Promise<unknown>;
  send(command: readonly string[]): Promise<unknown>;
  destroy(): void;
}

interface NodeRedis {
  readonly options?: { readonly socket?: object } | undefined;
  duplicate(overrides: object): NodeRedis;
  on(event: "error", listener: () => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(command: readonly string[]): Promise<unknown>;
  /** `destroy` is missing in version 4. */
  destroy?(): void;
  disconnect?(): Promise<void>;
}

interface IoRedis {
  duplicate(overrides: object): IoRedis;
  on(event: "error", listener: () => void): unknown;
  connect(): Promise<unknown>;
  call(command: string, ...args: readonly string[]): Promise<unknown>;
  disconnect(): void;
}

export function isRedisClient(value: unknown): value is RedisClient {
  return isNodeRedis(value) || isIoRedis(value);
}

function isNodeRedis(value: unknown): value is NodeRedis {
  return hasMethods(value, "duplicate", "on", "connect", "sendCommand") && !isIoRedis(value);
}

function isIoRedis(value: unknown): value is IoRedis {
  return hasMethods(value, "duplicate", "on", "connect", "call", "disconnect");
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return (
    typeof value === "object" && value !== null && names.every((name) => typeof Reflect.get(value, name) === "function")
  );
}

/** Without queues and attempts of its own: while Redis is away, the relay decides what waits and what is tried again. */
export function duplicate(client: RedisClient): Connection {
  if (isIoRedis(client)) return duplicateIoRedis(client);
  if (isNodeRedis(client)) return duplicateNodeRedis(client);
  throw new TypeError("This is no client of redis or ioredis.");
}

function duplicateNodeRedis(client: NodeRedis): Connection {
  const copy = client.duplicate({
    RESP: 2,
    clientSideCache: undefined,
    emitInvalidate: undefined,
    maintNotifications: "disabled",
    disableOfflineQueue: true,
    socket: { ...client.options?.socket, reconnectStrategy: false },
  });
  // Without a listener, the event would end the process. Each failure also rejects a command.
  copy.on("error", () => {});
  return {
    connect: () => copy.connect(),
    send: (command) => copy.sendCommand(command),
    destroy() {
      if (copy.destroy) copy.destroy();
      else copy.disconnect?.().catch(() => {});
    },
  };
}

function duplicateIoRedis(client: IoRedis): Connection {
  const copy = client.duplicate({
    lazyConnect: true,
    protocol: 2,
    keyPrefix: "",
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  copy.on("error", () => {});
  return {
    connect: () => copy.connect(),
    send: ([name = "", ...args]) => copy.call(name, ...args),
    destroy: () => copy.disconnect(),
  };
}
