export type SessionState = "connecting" | "open" | "reconnecting" | "closing" | "closed";

/** What moves a session on: a Begin came, the connection is gone and another is made, the end was asked for, it is over. */
export type LifecycleInput = "begun" | "dropped" | "finishing" | "ended";

/** A session that is closing stays so through drops and new connections: what was written is still to be transcribed. */
const transitions: Readonly<Record<SessionState, Readonly<Record<LifecycleInput, SessionState>>>> = {
  connecting: { begun: "open", dropped: "connecting", finishing: "closing", ended: "closed" },
  open: { begun: "open", dropped: "reconnecting", finishing: "closing", ended: "closed" },
  reconnecting: { begun: "open", dropped: "reconnecting", finishing: "closing", ended: "closed" },
  closing: { begun: "closing", dropped: "closing", finishing: "closing", ended: "closed" },
  closed: { begun: "closed", dropped: "closed", finishing: "closed", ended: "closed" },
};

export function nextState(state: SessionState, input: LifecycleInput): SessionState {
  return transitions[state][input];
}
