/** Options of an emulator with the true times of words, and of sessions of US unless they say otherwise. */
export const exact = { edges: "exact", defaultModel: "universal-streaming-english" } as const;
