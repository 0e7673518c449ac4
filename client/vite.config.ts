import { defineConfig } from 'vite';
import manifest from './package.json' with { type: 'json' };

/** Not bundled: installed together with the package. */
const external = Object.keys(manifest.dependencies).map((name) => new RegExp(`^${name}(/|$)`, 'u'));

/** One ES module, not minified: an application's own bundler makes it small. */
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
