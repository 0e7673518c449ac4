import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { backgroundFiles } from './backgroundFiles.ts';
import { compressedFiles } from './compressedFiles.ts';

const devServer = process.env.EVERROOM_URL ?? 'http://localhost:3000';

/**
 * Every file comes from our own origin, without inline script or style, so that a strict content security policy holds.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), backgroundFiles(), compressedFiles()],
  build: {
    // Browsers that know light-dark() and :has(): the fallbacks for older ones cannot make the meeting dark.
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
    // What a person needs to join is one file: twenty small ones take longer to arrive and to be read.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } } },
  },
  json: { stringify: true },
  server: {
    proxy: {
      '/api': devServer,
      '/socket.io': { target: devServer, ws: true },
    },
  },
});
