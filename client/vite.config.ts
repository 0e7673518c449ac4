import { defineConfig } from 'vite';
import manifest from './package.json' with { type: 'json' };

/** Left to whoever installs the package. */
const external = Object.keys(manifest.dependencies).map((name) => new RegExp(`^${name}(/|$)`, 'u'));

/** One ES module, readable as it is: an application's own bundler makes it small. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2023',
    sourcemap: true,
    minify: false,
    lib: { entry: 'index.ts', formats: ['es'], fileName: 'everroom-client' },
    rolldownOptions: { external },
  },
});
