/** The track of a stream that is heard: the first audio track that is live. */
export function liveTrack(stream: MediaStream): MediaStreamTrack | undefined {
  return stream.getAudioTracks().find(({ readyState }) => readyState === "live");
}

/** Why nothing of a stream can be heard, and what to do. */
export function withoutLiveTrack(stream: MediaStream): string {
  const ended = stream.getAudioTracks().length;
  if (ended > 0) {
    return `the stream has no audio track that is live: ${ended === 1 ? "its only one has" : `all ${ended} have`} ended. Give one that still runs`;
  }
  const others = stream.getTracks().length;
  return `the stream has no audio track${others > 0 ? `, only ${others} of video` : ""}. Give one with audio; for a tab's, ask getDisplayMedia for audio and have the visitor share it`;
}
