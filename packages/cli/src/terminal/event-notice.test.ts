import { expect, it } from "vitest";
import { eventNotice } from "./event-notice.ts";

const begin = { type: "Begin", id: "a", expires_at: 1 } as const;

it("passes on the service's warnings", () => {
  expect(eventNotice({ type: "Warning", warning: "ending\nsoon" })).toBe("warning from the service: ending soon");
});

it("reports lost audio, and only lost audio", () => {
  const reconnected = { type: "Reconnected", replayed_ms: 500, begin, cause: "drop" } as const;
  expect(eventNotice({ ...reconnected, lost_ms: 1240 })).toMatch(/1\.2 s of audio were lost/);
  expect(eventNotice({ ...reconnected, lost_ms: 0 })).toBeUndefined();
  expect(eventNotice(begin)).toBeUndefined();
});
