// What things are called in a person's language. Names that a person gave stay as they are, and no file gets any of this.
import { later } from '../app/fetched.ts';
import type { Language, Naming } from '../i18n/languages.ts';
import { sumOf } from './said.ts';
import type { Names } from './zh-names.ts';

const names = later(() => import('./zh-names.ts'));
const sentences = later(() => import('./zh-said.ts'));
let zh: Names = { nodes: {}, inputs: {}, categories: {} };
let said: Readonly<Record<string, string>> = {};

/** The Chinese names; who never asks for them never loads them. Without them things have the names that the server gives. */
export async function loadNames(language: Language) {
  if (language === 'en') return;
  const [n, s] = await Promise.all([names(), sentences()]);
  zh = n.names;
  said = s.zhSaid;
}

export function zhNames(): Names {
  return zh;
}

/** Something that looks for classes: whatever language the page has, people look for both. */
export async function withNames<M>(module: Promise<M>): Promise<M> {
  zh = (await names()).names;
  return module;
}

/** By its Chinese name where there is one; by both where that is wanted and the one does not have the other in it. */
function named(own: string | undefined, other: string, naming: Naming): string {
  if (naming === 'en' || own === undefined) return other;
  return naming === 'zh' || own.toLowerCase().includes(other.toLowerCase()) ? own : `${own} ${other}`;
}

/** An input, an output or a field: `label` is what the file shows, `declared` what its class calls it; where they differ, a
 * person gave it. */
export function slotLabel(name: string, label: string, naming: Naming, declared = name): string {
  if (label !== name && label !== declared && label !== '') return label;
  return named(zh.inputs[name], label || name, naming);
}

/** A class. */
export function classTitle(def: { name: string; title: string }, naming: Naming): string {
  return named(zh.nodes[def.name], def.title, naming);
}

/** A node of a file: a title that is not its class's, nor the class's name, is a person's. */
export function nodeTitle(type: string, shown: string, declared: string | undefined, naming: Naming): string {
  return shown === type || shown === declared || shown === '' ? classTitle({ name: type, title: declared ?? (shown || type) }, naming) : shown;
}

/** "image/upscaling" -> "图像 / 放大" */
export function categoryTitle(category: string, naming: Naming): string {
  const parts = category.split('/').filter((p) => p !== '');
  return parts.map((p) => named(zh.categories[p], p.replaceAll('_', ' ').trim(), naming)).join(' / ');
}

/** A sentence about a class, an input or an output, as the server says it; in Chinese where there is one. */
export function sentence<T extends string | undefined>(text: T, naming: Naming): T | string {
  return text === undefined || naming === 'en' ? text : (said[sumOf(text)] ?? said[text] ?? text);
}
