// The workflows that come with limn, and which of the models they need are here.
import { create } from 'zustand';
import { showWhole } from '../canvas/camera.ts';
import type { Language } from '../i18n/languages.ts';
import { getJson, getText, listAt, textAt } from '../net/http.ts';
import { reasonOf } from '../net/userdata.ts';
import { freeName, openText } from './documents.ts';
import { once } from './once.ts';
import { complain } from './toasts.ts';
import { roomWords } from '../i18n/room.ts';
import { opening } from '../i18n/words/opening.ts';

type Said = Readonly<Record<Language, string>>;

export interface Template {
  name: string;
  category: string;
  title: Said;
  description: Said;
  needs: readonly { folder: string; name: string }[];
}

interface Templates {
  categories: readonly { id: string; title: Said }[];
  templates: readonly Template[];
  here: ReadonlySet<string>; // "checkpoints/limn-shapes.safetensors"
  state: 'unasked' | 'loading' | 'ready' | 'failed';
  fault?: string;
}

export const useTemplates = create<Templates>(() => ({ categories: [], templates: [], here: new Set(), state: 'unasked' }));

const said = (of: unknown, key: string): Said => {
  const en = textAt(of, key, 'en') ?? '';
  return { en, zh: textAt(of, key, 'zh') ?? en };
};

/** An answer of /limn/templates. */
export function readTemplates(answer: unknown): Pick<Templates, 'categories' | 'templates'> {
  return {
    categories: listAt(answer, 'categories').map((c) => ({ id: textAt(c, 'id') ?? '', title: said(c, 'title') })),
    templates: listAt(answer, 'templates').flatMap((t) => {
      const name = textAt(t, 'name');
      const needs = listAt(t, 'needs', 'models').map((m) => ({ folder: textAt(m, 'folder') ?? '', name: textAt(m, 'name') ?? '' }));
      return name === undefined
        ? []
        : [{ name, category: textAt(t, 'category') ?? '', title: said(t, 'title'), description: said(t, 'description'), needs }];
    }),
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const files = await getJson(`models/${encodeURIComponent(folder)}`).catch(() => []);
  return listAt(files).map((f) => `${folder}/${String(f)}`);
}

export async function loadTemplates() {
  if (useTemplates.getState().state === 'loading') return;
  useTemplates.setState({ state: 'loading' });
  try {
    const found = readTemplates(await getJson('limn/templates'));
    const folders = new Set(found.templates.flatMap((t) => t.needs.map((n) => n.folder)));
    const here = new Set((await Promise.all([...folders].map(filesIn))).flat());
    useTemplates.setState({ ...found, here, state: 'ready' });
  } catch (e) {
    useTemplates.setState({ state: 'failed', fault: reasonOf(e) });
  }
}

export const pictureOf = (t: Template) => `limn/templates/${encodeURIComponent(t.name)}.webp`;

/** Pressed twice it is one tab; all of it is in view. */
export const openTemplate = once((t: Template, _: Language) => t.name, async (t, language) => {
  try {
    showWhole(openText(await getText(`limn/templates/${encodeURIComponent(t.name)}`), freeName(t.title[language])).doc.uid);
  } catch (e) {
    complain((w) => roomWords(opening, w).unreachable(t.title[language], reasonOf(e)));
  }
});
