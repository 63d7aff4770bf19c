import { ChannelError, failure } from "../failure.ts";

/** An error of one of several sources, with its name. */
export function ofChannel(channel: string, cause: unknown): ChannelError {
  const error = failure(cause);
  return new ChannelError(Object.freeze({ ...error, channel, message: `${channel}: ${error.message}` }));
}
