// Classes by their categories, as a tree that is shown row by row.
import type { Defs, NodeDef } from './def.ts';
import { byCategory } from './search.ts';

export interface Branch {
  path: string; // "image/upscaling"
  name: string; // "upscaling"
  branches: Branch[];
  classes: NodeDef[];
  count: number; // of classes, in all that is below, too
}

export type TreeRow =
  | { kind: 'branch'; key: string; level: number; branch: Branch; open: boolean }
  | { kind: 'class'; key: string; level: number; def: NodeDef };

function branchAt(root: Branch, path: readonly string[]): Branch {
  let here = root;
  for (const name of path) {
    let next = here.branches.find((b) => b.name === name);
    if (!next) here.branches.push((next = { path: here.path ? `${here.path}/${name}` : name, name, branches: [], classes: [], count: 0 }));
    here = next;
  }
  return here;
}

function settle(branch: Branch) {
  branch.branches.forEach(settle);
  branch.branches.sort((a, b) => byCategory(a.name, b.name));
  branch.classes.sort((a, b) => a.title.localeCompare(b.title));
  branch.count = branch.branches.reduce((sum, b) => sum + b.count, branch.classes.length);
}

/** Its branches are the first parts of categories; what is not offered is left out. */
export function treeOf(defs: Defs): Branch {
  const root: Branch = { path: '', name: '', branches: [], classes: [], count: 0 };
  for (const def of defs.values())
    if (!def.deprecated && !def.quiet) branchAt(root, def.category.split('/').filter((p) => p !== '')).classes.push(def);
  settle(root);
  return root;
}

/** What is shown of it, from top to bottom. */
export function rowsOfTree(root: Branch, open: ReadonlySet<string>, level = 1): TreeRow[] {
  return [
    ...root.branches.flatMap((branch): TreeRow[] => {
      const isOpen = open.has(branch.path);
      return [{ kind: 'branch', key: `/${branch.path}`, level, branch, open: isOpen }, ...(isOpen ? rowsOfTree(branch, open, level + 1) : [])];
    }),
    ...root.classes.map((def): TreeRow => ({ kind: 'class', key: def.name, level, def })),
  ];
}

/** The row that a row stands in; itself where it stands in none. */
export function parentOf(rows: readonly TreeRow[], at: number): number {
  const level = rows[at]?.level ?? 1;
  const found = rows.slice(0, at).findLastIndex((r) => r.level < level);
  return found < 0 ? at : found;
}
