// Builds the page into dist/: one HTML file, hashed scripts and styles beside it, nothing inlined and nothing from
// elsewhere, as the server's Content-Security-Policy wants it.
import { defineConfig } from 'vite';

const BROWSERS = ['chrome123', 'firefox128', 'safari17.5'];

export default defineConfig({
  base: './',
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
