import next from "eslint-config-next/core-web-vitals";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig([
  globalIgnores([".next/**", "next-env.d.ts", "node_modules/**", "lib/protocol.gen.ts"]),
  ...next,
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      eqeqeq: "error",
      // Pictures come from the server in the sizes they are shown in; nothing is left for Next to do with them.
      "@next/next/no-img-element": "off",
    },
  },
]);
