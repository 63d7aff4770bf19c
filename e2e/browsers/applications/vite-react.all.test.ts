import { testApplication } from "./application.ts";

testApplication({ name: "vite-react", component: "src/captions.tsx", serveBuilt: "preview" });
