export type { CallEnd, CallStart, Dtmf, Mark, MediaStats, MediaStream, TrackName } from "./call.ts";
export { mediaStream } from "./media-stream.ts";
export type { ProviderName } from "./providers/provider.ts";
export { type HandlerSocket, handlerSocket } from "./socket/handler-socket.ts";
export type { EmitterSocket, SocketLike, TargetSocket } from "./socket/socket-like.ts";
export { TelephonyError, type TelephonyErrorCode } from "./telephony-error.ts";
