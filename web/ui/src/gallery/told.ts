// What a picture's workflow says in few words: the models that it loads, and its seeds. No page, no network: Node's tests run it.
import type { Defs } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import { shapeOf } from '../doc/shapes.ts';
import { valueOf } from '../doc/values.ts';
import { folderOfWidget } from '../models/folders.ts';

const MODELS = new Set(['checkpoints', 'diffusion_models', 'unet_gguf']);
const MOST = 3;

export interface TellsOf {
  models: readonly string[];
  seeds: readonly string[];
}

/** Of the workflow and its subgraphs, each once, in the order of the file; fields that a link feeds say nothing. */
export function tellsOf(doc: Document, defs: Defs): TellsOf {
  const [models, seeds] = [new Set<string>(), new Set<string>()];
  for (const graph of doc.graphs())
    for (const node of doc.nodes(graph))
      for (const w of shapeOf(node, graph, doc, defs).widgets) {
        const value = w.linked || w.source ? undefined : valueOf(node, w);
        if (typeof value === 'string' && MODELS.has(folderOfWidget(node, w, defs) ?? '')) models.add(value);
        else if (w.def?.widget === 'seed' && (typeof value === 'number' || typeof value === 'bigint')) seeds.add(String(value));
      }
  return { models: [...models].slice(0, MOST), seeds: [...seeds].slice(0, MOST) };
}
