// What the palette finds for what was typed.
import { addHere, inSight } from '../canvas/adding.ts';
import { goTo } from '../canvas/camera.ts';
import { view } from '../canvas/view.ts';
import { useDefs } from '../defs/defs.ts';
import { categoryTitle, classTitle } from '../defs/labels.ts';
import { search } from '../defs/search.ts';
import { usesOf } from '../defs/uses.ts';
import type { Words } from '../i18n/languages.ts';
import { FOLDER } from '../net/userdata.ts';
import { titleOf } from '../panels/outline-rows.ts';
import { shown } from './chords.ts';
import { can, type Command } from './command.ts';
import { commands } from './commands.ts';
import { activeDocument } from './documents.ts';
import { keysOf, onMac } from './bound.ts';
import { match } from './match.ts';
import { options } from './options.ts';
import { openStored } from './stored-open.ts';
import { useSettings } from './settings.ts';
import { useStored } from './stored.ts';
import { dialogWords } from '../i18n/dialogs.ts';
import { perform } from './perform.ts';

export interface Offer {
  id: string;
  label: string;
  note?: string;
  keys?: string;
  disabled?: boolean;
  run: () => void;
}

/** The best first; of equals in the order they came. */
function best<T>(all: readonly T[], query: string, text: (of: T) => string): T[] {
  const scored = all.map((of) => ({ of, score: match(query, text(of)) })).filter((s) => s.score > 0);
  return scored.sort((a, b) => b.score - a.score).map((s) => s.of);
}

function keysShown(command: Command) {
  const [keys] = keysOf(command);
  return keys ? { keys: shown(keys, onMac) } : {};
}

function commandOffers(query: string, words: Words): Offer[] {
  const at = activeDocument();
  return best(commands.filter((c) => !c.quiet), query, (c) => c.label(words)).map((c) => ({
    id: c.id,
    label: c.label(words),
    ...(c.menu ? { note: dialogWords(words).keys.places[c.menu] } : {}),
    ...keysShown(c),
    disabled: !can(c, at),
    run: () => perform(c, activeDocument()),
  }));
}

/** The nodes of the graph on the screen: Enter goes there. */
function nodeOffers(query: string, words: Words): Offer[] {
  const at = activeDocument();
  const { naming } = useSettings.getState();
  const place = { scene: view.scene, closed: new Set<string>(), opened: new Set<string>(), naming };
  const nodes = view.scene.nodes.map((n) => ({ n, title: titleOf(n, place), type: String(n.node['type'] ?? '') }));
  return best(nodes, query, (o) => `${o.title} ${o.type} ${o.n.id}`).map(({ n, title, type }) => ({
    id: n.key,
    label: title,
    note: `${type === title ? dialogWords(words).palette.node : type} #${n.id}`,
    run: () => at && goTo(at.doc.uid, view.scene.prefix + n.id),
  }));
}

const addInTheMiddle = (type: string) => addHere(type, {}, inSight());

/** Classes to add, in the middle of the canvas. */
function classOffers(query: string, words: Words): Offer[] {
  const { naming } = useSettings.getState();
  const { defs } = useDefs.getState();
  return search(defs, { query, uses: usesOf() }).map((def) => ({
    id: `class.${def.name}`,
    label: classTitle(def, naming),
    note: dialogWords(words).palette.add(categoryTitle(def.category, naming)),
    disabled: activeDocument() === undefined,
    run: () => addInTheMiddle(def.name),
  }));
}

function optionOffers(query: string, words: Words): Offer[] {
  const all = options.flatMap((o) => o.choices.map((c) => ({ o, c, label: `${o.label(words)}: ${c.label(words)}` })));
  return best(all, query, (x) => x.label).map(({ o, c, label }) => ({
    id: `option.${o.id}.${c.value}`,
    label,
    ...(o.now() === c.value ? { note: dialogWords(words).palette.now } : {}),
    run: () => o.set(c.value),
  }));
}

/** Saved workflows; without a query those that were used lately. */
function fileOffers(query: string, words: Words): Offer[] {
  const { files = [], recent } = useStored.getState();
  const paths = query ? files.map((f) => f.path) : recent;
  const short = (path: string) => path.slice(FOLDER.length + 1).replace(/\.json$/i, '');
  return best(paths, query, short).slice(0, query ? 20 : 5).map((path) => ({
    id: `file.${path}`,
    label: short(path),
    note: dialogWords(words).palette.workflow,
    run: () => void openStored(path),
  }));
}

export function offers(query: string, words: Words): Offer[] {
  const rest = query.slice(1).trim();
  if (query[0] === '>') return commandOffers(rest, words);
  if (query[0] === '@') return nodeOffers(rest, words);
  if (query[0] === '#') return classOffers(rest, words);
  if (query[0] === '/') return optionOffers(rest, words);
  if (!query.trim()) return [...fileOffers('', words), ...commandOffers('', words)];
  return [...commandOffers(query, words), ...fileOffers(query, words), ...nodeOffers(query, words), ...classOffers(query, words).slice(0, 12), ...optionOffers(query, words)];
}
