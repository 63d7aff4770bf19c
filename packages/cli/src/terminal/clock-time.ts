/** `0:07`, `12:03`, `1:00:00`: a position in the audio. Fractions of a second are cut off. */
export function clockTime(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = pad(total % 60);
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${pad(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
