// Builds the page into dist/: one HTML file, hashed scripts and styles beside it, nothing inlined and nothing from
// elsewhere, as the server's Content-Security-Policy wants it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { sumOf } from './src/defs/said.ts';

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

// ------------------------------------------------------------------ Chinese words, apart from the first load

const I18N = join(import.meta.dirname, 'src/i18n');
const WORDS = /src\/i18n\/words\/(\w+)\.ts(\?zh)?$/;
const FIRST = [...readFileSync(join(I18N, 'languages.ts'), 'utf8').matchAll(/from '\.\/words\/(\w+)\.ts'/g)].map((m) => m[1] ?? '');

interface Place {
  start: number;
  end: number;
}

/** Where `both(english, chinese)` stands in a file of words, and its second part. */
function chineseIn(program: unknown): { call: Place; zh: Place } {
  for (const { declaration } of (program as { body: { declaration?: { declarations?: { init?: Place & { callee?: { name?: string }; arguments?: Place[] } }[] } }[] }).body) {
    const call = declaration?.declarations?.[0]?.init;
    const zh = call?.arguments?.[1];
    if (call?.callee?.name === 'both' && zh) return { call, zh };
  }
  throw new Error('words are said as `export const room = both(english, chinese)`');
}

/** The words of the first load come in English, and in Chinese with i18n/zh.ts; what people write is one file with both. */
const chinese: Plugin = {
  name: 'chinese-apart',
  load(id) {
    if (id !== join(I18N, 'zh.ts')) return null;
    const take = FIRST.flatMap((room) => [`import { ${room} } from './words/${room}.ts'`, `import { ${room} as ${room}Zh } from './words/${room}.ts?zh'`]);
    return [...take, `import { fill } from './languages.ts'`, ...FIRST.map((room) => `${room}.zh = ${room}Zh`), 'fill()'].join(';\n');
  },
  transform(code, id) {
    const [, room = '', apart] = WORDS.exec(id) ?? [];
    if (!FIRST.includes(room)) return null;
    const { call, zh } = chineseIn(this.parse(code));
    const made = apart ? code.slice(0, call.start) + code.slice(zh.start, zh.end) + code.slice(call.end) : `${code.slice(0, zh.start)}undefined${code.slice(zh.end)}`;
    return { code: made, map: null };
  },
};

// ------------------------------------------------------------------ sentences of classes, by sums

interface Table {
  type: string;
  declaration?: { declarations?: { init?: { properties?: { key: Place & { value: string } }[] } }[] };
}

/** Who looks a sentence up has its English text already. */
const sums: Plugin = {
  name: 'sentences-by-sums',
  transform(code, id) {
    if (!id.endsWith('src/defs/zh-said.ts')) return null;
    const { body } = this.parse(code, { lang: 'ts' }) as unknown as { body: Table[] };
    const keys = body[0]?.declaration?.declarations?.[0]?.init?.properties ?? [];
    const made = keys.reduceRight((text, { key }) => `${text.slice(0, key.start)}'${sumOf(key.value)}'${text.slice(key.end)}`, code);
    if (!keys.length) throw new Error('zh-said.ts is one table');
    return { code: made, map: null };
  },
};

export default defineConfig({
  plugins: [chinese, sums],
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
