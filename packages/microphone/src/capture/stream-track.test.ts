import { expect, test } from "vitest";
import { liveTrack } from "./stream-track.ts";

test.each<[readonly MediaStreamTrackState[], number | undefined]>([
  [["live"], 0],
  [["live", "live"], 0],
  [["ended", "live", "live"], 1],
  [["live", "ended"], 0],
  [["ended", "ended"], undefined],
  [[], undefined],
])("of tracks that are %j, number %j is heard", (states, index) => {
  const tracks = states.map((readyState) => ({ readyState }));
  const taken = Reflect.apply(liveTrack, undefined, [{ getAudioTracks: () => tracks }]);
  expect(taken).toBe(index === undefined ? undefined : tracks[index]);
});
