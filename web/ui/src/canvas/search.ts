// Finding nodes of the graph on the screen: by title, class, number, or what is written in their fields.
import type { Json } from '../doc/json.ts';
import { fold } from '../i18n/fold.ts';
import { titleIn } from './names.ts';
import type { NodeView } from './scene.ts';

function textsIn(value: Json | undefined): string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((v) => textsIn(v as Json));
}

/** How well it fits: 0 is best; undefined: not at all. */
function rank(box: NodeView, words: string): number | undefined {
  const { shape, id, node } = box;
  if (id === words) return 0;
  const title = fold(shape.title);
  const other = fold(titleIn(box, 'zh'));
  if (title.startsWith(words) || other.startsWith(words)) return 1;
  if (title.includes(words) || other.includes(words)) return 2;
  if (fold(String(node['type'] ?? '')).includes(words)) return 3;
  return textsIn(node['widgets_values']).some((t) => fold(t).includes(words)) ? 4 : undefined;
}

export function findNodes(nodes: readonly NodeView[], text: string): NodeView[] {
  const words = fold(text).trim();
  if (words === '') return [];
  return nodes
    .flatMap((node) => {
      const at = rank(node, words);
      return at === undefined ? [] : [{ node, at }];
    })
    .sort((a, b) => a.at - b.at)
    .map(({ node }) => node);
}
