// What things are called in a person's language. Names that a person gave stay as they are, and no file gets any of this.
import { later } from '../app/fetched.ts';
import type { Language } from '../i18n/languages.ts';
import type { Names } from './zh-names.ts';

const names = later(() => import('./zh-names.ts'));
let zh: Names = { nodes: {}, inputs: {}, categories: {} };

/** The Chinese names; who never asks for them never loads them. Without them things have the names that the server gives. */
export async function loadNames(language: Language) {
  if (language === 'zh') zh = (await names()).names;
}

export function zhNames(): Names {
  return zh;
}

/** Something that looks for classes: whatever language the page has, people look for both. */
export async function withNames<M>(module: Promise<M>): Promise<M> {
  await loadNames('zh');
  return module;
}

/** An input, an output or a field: `label` is what the file shows, `declared` what its class calls it; where they differ, a
 * person gave it. */
export function slotLabel(name: string, label: string, language: Language, declared = name): string {
  if (label !== name && label !== declared && label !== '') return label;
  return (language === 'zh' ? zh.inputs[name] : undefined) ?? (label || name);
}

/** A class. */
export function classTitle(def: { name: string; title: string }, language: Language): string {
  return (language === 'zh' ? zh.nodes[def.name] : undefined) ?? def.title;
}

/** A node of a file: a title that is not its class's, nor the class's name, is a person's. */
export function nodeTitle(type: string, shown: string, declared: string | undefined, language: Language): string {
  return shown === type || shown === declared || shown === '' ? classTitle({ name: type, title: declared ?? (shown || type) }, language) : shown;
}

/** "image/upscaling" -> "图像 / 放大" */
export function categoryTitle(category: string, language: Language): string {
  const parts = category.split('/').filter((p) => p !== '');
  return parts.map((p) => (language === 'zh' ? (zh.categories[p] ?? p) : p.replaceAll('_', ' ').trim())).join(' / ');
}
