import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
  // The Python server compresses, caches and sets every security header; what it proxies should be plain.
  compress: false,
  // Next prerenders this one page at build time, so its scripts could carry no nonce: nobody gets it by its address.
  rewrites: async () => ({
    beforeFiles: [{ source: "/_global-error", destination: "/_not-found" }],
    afterFiles: [],
    fallback: [],
  }),
  images: { unoptimized: true },
  devIndicators: false,
};

export default createNextIntlPlugin("./i18n/request.ts")(config);
