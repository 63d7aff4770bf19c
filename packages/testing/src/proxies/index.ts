export { type HttpProxy, startHttpProxy } from "./http-proxy.ts";
export { type InterceptingProxy, startInterceptingProxy } from "./intercepting-proxy.ts";
export { type SocksProxy, startSocksProxy } from "./socks-proxy.ts";
