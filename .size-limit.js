/** Sizes in bytes of what a page loads, minified and gzipped: as an ES module, and without what is loaded only with an option. */
const checks = [
  {
    name: "connect, in a browser: what every page loads (the goal: 13.5 kB)",
    path: "packages/client/dist/web.js",
    import: "{ connect }",
    ignore: [
      "*/speakers.ts",
      "*/speakers.js",
      "*/packet-replay-buffer.ts",
      "*/packet-replay-buffer.js",
      "*/parameter-warnings.ts",
      "*/parameter-warnings.js",
    ],
    limit: "25.8 kB",
  },
  {
    name: "what connect loads besides for compressed audio",
    path: "packages/core/dist/audio/packet-replay-buffer.js",
    import: "{ PacketReplayBuffer }",
    limit: "1.95 kB",
  },
  {
    name: "what connect loads besides for parameters whose values it checks",
    path: "packages/core/dist/protocol/parameter-warnings.js",
    import: "{ parameterWarnings }",
    limit: "1.3 kB",
  },
  {
    name: "what connect loads besides with speakerLabels",
    path: "packages/core/dist/speakers/speakers.js",
    import: "{ Speakers }",
    ignore: ["../session/*", "../protocol/*"],
    limit: "1.6 kB",
  },
  {
    name: "tokenFrom, in a browser",
    path: "packages/client/dist/web.js",
    import: "{ tokenFrom }",
    limit: "1.6 kB",
  },
  {
    name: "StreamingError, in a browser",
    path: "packages/client/dist/web.js",
    import: "{ StreamingError }",
    limit: "200 B",
  },
  {
    name: "createTranscript (the goal: 2.5 kB)",
    path: "packages/transcript/dist/index.js",
    import: "{ createTranscript }",
    limit: "2.5 kB",
  },
  {
    name: "subscribe of @voxpipe/relay/subscribe",
    path: "packages/relay/dist/subscribe.js",
    import: "{ subscribe }",
    limit: "3.6 kB",
  },
  {
    name: "all of @voxpipe/transcript",
    path: "packages/transcript/dist/index.js",
    import: "*",
    limit: "6.9 kB",
  },
  {
    name: "createTranscriber, beyond client, microphone and transcript (the goal: 3 kB)",
    path: "packages/transcriber/dist/index.js",
    import: "{ createTranscriber }",
    ignore: ["voxpipe", "@voxpipe/microphone", "@voxpipe/transcript", "*/pcm-source.js"],
    limit: "3 kB",
  },
  {
    name: "what the transcriber loads besides for a ReadableStream of PCM",
    path: "packages/transcriber/dist/pcm-source.js",
    import: "{ pcmSource }",
    ignore: ["@voxpipe/microphone"],
    limit: "1 kB",
  },
  {
    name: "all of @voxpipe/react, beyond the transcriber (the goal: 1 kB)",
    path: "packages/react/dist/index.js",
    import: "{ useLevel, useMicrophones, useTranscriber, useTranscript }",
    ignore: ["react", "@voxpipe/transcriber"],
    limit: "1 kB",
  },
];

export default checks.map((check) => ({
  ...check,
  gzip: true,
  modifyEsbuildConfig: (config) => ({ ...config, format: "esm" }),
}));
