export { connectChannels } from "./connect-channels.ts";
export type {
  ChannelEvent,
  ChannelFailedEvent,
  ChannelResumedEvent,
  ChannelStalledEvent,
  ChannelTurnEvent,
  ChannelWord,
} from "./events/channel-event.ts";
export type { ChannelsOptions, Mode } from "./options.ts";
export type { ChannelResult, ChannelStats, ChannelsSession, ChannelsSummary } from "./session.ts";
