// Changes in words, in the language of the moment.
import { nodeTitle, slotLabel } from '../defs/labels.ts';
import type { Defs } from '../defs/def.ts';
import { print, type Json } from '../doc/json.ts';
import type { Language } from '../i18n/languages.ts';
import { diff } from '../i18n/words/diff.ts';
import type { Change, Item } from './changes.ts';

type Said = (typeof diff)['en'];

/** What changes are told with. `titles`: what a node is called, in either of the two workflows. */
export interface Telling {
  words: Said;
  language: Language;
  defs: Defs;
  title: (node: string, graph: string | undefined) => string | undefined;
}

const MOST = 60;

function shortOf(value: Json | undefined, nothing: string): string {
  const text = value === undefined ? nothing : typeof value === 'string' ? value : print(value);
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > MOST ? `${plain.slice(0, MOST)}…` : plain;
}

const fieldOf = (c: Change, t: Telling) => {
  const declared = t.defs.get(c.type ?? '')?.inputs.find((i) => i.name === c.field)?.label;
  return slotLabel(c.field ?? '', declared ?? c.field ?? '', t.language, declared ?? c.field ?? '');
};

const modeOf = (mode: Json | undefined, words: Said) => (mode === 2 ? words.modes.muted : mode === 4 ? words.modes.bypassed : words.modes.runs);

/** Where a link comes from: ["4", 0]. */
function originOf(link: Json | undefined, c: Change, t: Telling): string {
  const [node, slot] = Array.isArray(link) ? link : [];
  if (typeof node !== 'string') return t.words.nothing;
  return t.words.output(Number(slot ?? 0) + 1, t.title(node, c.graph) ?? `#${node}`);
}

export function sayChange(c: Change, t: Telling): string {
  const { change } = t.words;
  const [was, now] = [shortOf(c.was, t.words.nothing), shortOf(c.now, t.words.nothing)];
  switch (c.kind) {
    case 'added':
    case 'removed':
    case 'moved':
    case 'resized':
      return change[c.kind];
    case 'retyped':
    case 'title':
      return change[c.kind](was, now);
    case 'mode':
      return change.mode(modeOf(c.was, t.words), modeOf(c.now, t.words));
    case 'link':
      return change.link(fieldOf(c, t), originOf(c.now, c, t), originOf(c.was, c, t));
    case 'group':
    case 'subgraph':
      return c.was === undefined ? change.added : c.now === undefined ? change.removed : change.changed;
    default:
      return change.value(c.kind === 'value' ? fieldOf(c, t) : (c.field ?? ''), change.to(was, now));
  }
}

/** "KSampler #3", "Group Upscale" */
export function nameOf(item: Item, t: Telling): string {
  const [first] = item.changes;
  if (item.node !== undefined) {
    const shown = t.title(item.node, item.graph) ?? item.title ?? item.type ?? '';
    return t.words.node(nodeTitle(item.type ?? '', shown, t.defs.get(item.type ?? '')?.title, t.language), item.node);
  }
  const kind = first?.kind === 'group' || first?.kind === 'subgraph' ? first.kind : 'file';
  return [t.words.of[kind], kind === 'file' ? '' : (first?.field ?? first?.graph ?? '')].filter(Boolean).join(' ');
}

export function countsOf(items: readonly Item[], words: Said): string {
  const n = (how: Item['how']) => items.filter((i) => i.how === how).length;
  return words.versions.counts(n('added'), n('changed'), n('removed'), n('placed'));
}
