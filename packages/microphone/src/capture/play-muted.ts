/**
 * Plays a stream muted, until the returned function is called. Chromium gives the audio of a remote call to Web Audio only
 * while an element plays it (https://crbug.com/933677). Other engines need no element.
 */
export function playMuted(stream: MediaStream): () => void {
  if (navigator.vendor !== "Google Inc." || typeof Audio === "undefined") return () => {};
  const element = new Audio();
  element.muted = true;
  element.srcObject = stream;
  // A muted element needs no click. It rejects if it is stopped before it started.
  element.play().catch(() => {});
  return () => {
    element.pause();
    element.srcObject = null;
  };
}
