import { RelayError } from "../relay-error.ts";

export function superseded(room: string): RelayError {
  return new RelayError("superseded", `Another publisher has taken over the room ${JSON.stringify(room)}.`, {
    remedy: "A room has one publisher at a time: let only one process publish to it, or give each a room of its own.",
  });
}
