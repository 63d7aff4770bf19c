/** The track that is captured: the first live audio track. */
export function liveTrack(stream: MediaStream): MediaStreamTrack | undefined {
  return stream.getAudioTracks().find(({ readyState }) => readyState === "live");
}

/** Why a stream has no audio, and what to do. */
export function withoutLiveTrack(stream: MediaStream): string {
  const ended = stream.getAudioTracks().length;
  if (ended > 0) {
    return `the stream has no audio track that is live: ${ended === 1 ? "its only one has" : `all ${ended} have`} ended. Pass a stream with a live track`;
  }
  const others = stream.getTracks().length;
  return `the stream has no audio track${others > 0 ? `, only ${others} of video` : ""}. Pass a stream with audio; for a tab, request audio from getDisplayMedia and let the visitor share it`;
}
