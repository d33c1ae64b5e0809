// What is done with pictures: their workflow opened, its values taken, the picture itself given to a node, thrown away.
import { activeDocument, type Opened } from '../app/documents.ts';
import { openFiles } from '../app/opening.ts';
import { complain, say } from '../app/toasts.ts';
import { undoing } from '../app/undoing.ts';
import { centreOfView } from './place.ts';
import { takeValues, type Which } from '../compare/changes.ts';
import { useDefs } from '../defs/defs.ts';
import type { JsonObject } from '../doc/json.ts';
import { addNode } from '../doc/ops-nodes.ts';
import { setWidgetValues } from '../doc/ops.ts';
import { shapeOf } from '../doc/shapes.ts';
import { nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { trashOutputs } from '../net/outputs.ts';
import { attempt } from '../run/actions.ts';
import { workflowOf } from './workflows.ts';
import { roomWords } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

const LOADER = 'LoadImage';

/** In a tab of its own, as a file that was dropped. */
export async function openPictures(files: readonly OutputFile[]) {
  await attempt((async () => {
    for (const file of files) {
      const answer = await fetch(viewOf(file));
      if (!answer.ok) throw new Error(`${file.filename}: ${answer.status} ${answer.statusText}`);
      await openFiles([new File([await answer.blob()], file.filename, { lastModified: Number(file.version) || 0 })]);
    }
  })());
}

/** The values in which its workflow differs from the open one, or its prompt alone, or its seed. */
export async function takeValuesOf(file: OutputFile, which: Which = 'all', at: Opened | undefined = activeDocument()) {
  if (!at) return;
  await attempt((async () => {
    const from = await workflowOf(file);
    if (!from) return complain((w) => roomWords(gallery, w).noWorkflow(nameOf(file)));
    const n = takeValues(at.doc, from, useDefs.getState().defs, which);
    say((w) => roomWords(gallery, w).taken(n, which), n ? undoing(at.doc) : undefined);
  })());
}

/** The chosen node that loads a picture, or the only one. */
function loaderIn({ doc, selection }: Opened): { node: JsonObject; graph: JsonObject } | undefined {
  const all = doc.graphs().flatMap((graph) => doc.nodes(graph).filter((n) => n['type'] === LOADER).map((node) => ({ node, graph })));
  return all.find(({ node }) => selection.has(`node:${String(node['id'])}`)) ?? (all.length === 1 ? all[0] : undefined);
}

/** "sub/a.png [output]": how a node that reads the input folder is told of another. */
export function loadedName(file: OutputFile): string {
  return file.type === 'input' ? nameOf(file) : `${nameOf(file)} [${file.type}]`;
}

export function giveToLoader(file: OutputFile, at: Opened | undefined = activeDocument()) {
  if (!at) return;
  const { defs } = useDefs.getState();
  const found = loaderIn(at);
  const value = loadedName(file);
  if (found) {
    const widget = shapeOf(found.node, found.graph, at.doc, defs).widgets.find((w) => w.name === 'image');
    if (widget) setWidgetValues(at.doc, 'picture', [{ node: found.node, widget, value }]);
  } else addNode({ doc: at.doc, graph: at.doc.raw, defs }, LOADER, centreOfView(), { image: value });
  say((w) => roomWords(gallery, w).given(nameOf(file), at.name), undoing(at.doc));
}

export async function trash(files: readonly OutputFile[]) {
  if (!files.length) return;
  await attempt((async () => {
    const { back, n, fault } = await trashOutputs(files);
    say((w) => roomWords(gallery, w).trashed(n), { label: (w) => w.app.commands.undo, run: () => void attempt(back()) });
    if (fault !== undefined) throw new Error(fault);
  })());
}
