import { useLevel, useMicrophones, useTranscriber, useTranscript } from "@voxpipe/react";
import { createTranscriber } from "@voxpipe/transcriber";
import { tokenFrom } from "voxpipe";

const transcriber = createTranscriber({ token: tokenFrom("/api/token"), formatTurns: true });

export function Captions() {
  const { status, error, muted, start, stop, mute, unmute } = useTranscriber(transcriber);
  const { devices, chosen = "", choose } = useMicrophones(transcriber);
  const text = useTranscript(transcriber, (transcript) => transcript.text);
  const isIdle = status === "idle" || status === "failed";
  return (
    <main>
      <button type="button" onClick={isIdle ? start : stop}>
        {isIdle ? "Start" : "Stop"}
      </button>
      <button type="button" onClick={muted ? unmute : mute}>
        {muted ? "Unmute" : "Mute"}
      </button>
      <select aria-label="Microphone" value={chosen} onChange={({ target }) => choose(target.value)}>
        <option value="">System default</option>
        {devices.map(({ deviceId, label }) => (
          <option key={deviceId} value={deviceId} label={label} />
        ))}
      </select>
      <meter ref={useLevel(transcriber)} />
      <p role="status">{error?.message ?? status}</p>
      <p id="text">{text}</p>
    </main>
  );
}
