import { testApplication } from "./application.ts";

testApplication({ name: "next", component: "app/captions.tsx", serveBuilt: "start" });
