// Builds the page into dist/: one HTML file, hashed scripts and styles beside it, nothing inlined and nothing from
// elsewhere, as the server's Content-Security-Policy wants it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { sumOf } from './src/defs/said.ts';

const src = (path: string) => join(import.meta.dirname, 'src', path);
const BROWSERS = ['chrome123', 'firefox128', 'safari17.5'];

// ------------------------------------------------------------------ what is fetched together

/** What comes later is a few scripts, by the folder of what is asked for: a hundred small ones, each deflated alone, are a tenth more bytes. */
const ROOMS: Record<string, string> = {
  app: 'edit', canvas: 'edit', defs: 'edit', doc: 'edit', net: 'edit',
  linear: 'fields', widgets: 'fields',
  compare: 'results', diff: 'results', grid: 'results', run: 'results',
  gallery: 'panels', models: 'panels',
  share: 'dialogs',
};

function roomOf(id: string): string {
  const [, folder = 'shared', zh] = /\/src\/(\w+)\/(zh)?/.exec(id) ?? [];
  return zh ?? ROOMS[folder] ?? folder;
}

const rooms = new Map<string, Set<string>>(); // of each module, who needs it

const together: Plugin = {
  name: 'together',
  buildEnd() {
    const needs = (room: string, id: string) => {
      const by = rooms.get(id) ?? new Set();
      if (by.has(room)) return;
      rooms.set(id, by.add(room));
      for (const other of this.getModuleInfo(id)?.importedIds ?? []) needs(room, other);
    };
    for (const id of this.getModuleIds()) {
      const info = this.getModuleInfo(id);
      if (info?.isEntry) needs('index', id);
      for (const later of info?.dynamicallyImportedIds ?? []) needs(roomOf(later), later);
    }
  },
};

/** What the page needs before anybody has asked for anything is one script, as each is a request. What several rooms need is another, so that
 * none of them fetches another one. */
function script(id: string): string | null {
  const by = [...(rooms.get(id) ?? [])];
  return by.includes('index') ? 'index' : by.length > 1 ? 'shared' : (by[0] ?? null);
}

// ------------------------------------------------------------------ Chinese words, apart from the first load

const I18N = src('i18n');
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
  plugins: [chinese, sums, together],
  base: './',
  resolve: { alias: { 'd3-color': src('canvas/no-colours.ts'), 'd3-transition': src('canvas/eased.ts') } },
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: script }], includeDependenciesRecursively: false } } },
  },
});
