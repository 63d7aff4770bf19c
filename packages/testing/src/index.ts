export { cases } from "./cases.ts";
export { freePort } from "./free-port.ts";
export { needing } from "./needing.ts";
export { findProgram, type ProgramName, provideCommand } from "./programs.ts";
export { type RedisServer, startRedis } from "./redis-server.ts";
