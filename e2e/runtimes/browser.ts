/** What a browser gets of the package: `programs.ts` bundles this as bundlers for the browser do. */
export * from "voxpipe";
