// Builds the page into dist/: one HTML file, hashed scripts and styles beside it, nothing inlined and nothing from
// elsewhere, as the server's Content-Security-Policy wants it.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const BROWSERS = ['chrome123', 'firefox128', 'safari17.5'];

interface Graph {
  getModuleInfo(id: string): { isEntry: boolean; importers: readonly string[] } | null;
}

const known = new Map<string, boolean>();

/** Does the page need this module before anybody has asked for anything? */
function isFirst(id: string, graph: Graph): boolean {
  const found = known.get(id);
  if (found !== undefined) return found;
  known.set(id, false); // round a circle of imports
  const info = graph.getModuleInfo(id);
  const first = info !== null && (info.isEntry || info.importers.some((by) => isFirst(by, graph)));
  known.set(id, first);
  return first;
}

/** All of it is one script, however much of it what comes later uses too: each script is a request. */
const first = { name: (id: string, graph: Graph) => (isFirst(id, graph) ? 'index' : null) };

export default defineConfig({
  base: './',
  resolve: { alias: { 'd3-color': fileURLToPath(new URL('src/canvas/no-colours.ts', import.meta.url)) } },
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: [first], includeDependenciesRecursively: false } } },
  },
});
