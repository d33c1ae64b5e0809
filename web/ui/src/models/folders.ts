// Which fields take which kind of models, as /limn/plans says. No page, no network: Node's tests run it.
import type { Defs, NodeDef } from '../defs/def.ts';
import type { JsonObject } from '../doc/json.ts';
import type { WidgetShape } from '../doc/shape.ts';

export const EMBEDDINGS = 'embeddings';
const PROMPT = 'CLIPTextEncode';

/** The kind of models that a field of a class takes. */
export const folderIn = (def: NodeDef | undefined, input: string) => def?.places.find((p) => p.input === input)?.folder;

/** Of a field that stands for one within a subgraph: of that. */
export function folderOfWidget(node: JsonObject, widget: WidgetShape, defs: Defs): string | undefined {
  if (widget.source) return folderOfWidget(widget.source.node, widget.source.widget, defs);
  return folderIn(defs.get(String(node['type'])), widget.name);
}

/** The fields of a node that take it, and that no link feeds; an embedding goes into a text. */
export function fieldsFor(node: JsonObject, widgets: readonly WidgetShape[], kind: string, defs: Defs): WidgetShape[] {
  return widgets.filter((w) => !w.linked && (kind === EMBEDDINGS ? w.def?.widget === 'texts' : folderOfWidget(node, w, defs) === kind));
}

/** The class that is added for a kind: what is used most, else the plainest; undefined: none here loads it. */
export function loaderFor(kind: string, defs: Defs, uses: ReadonlyMap<string, number> = new Map()): { name: string; input: string } | undefined {
  if (kind === EMBEDDINGS) return defs.has(PROMPT) ? { name: PROMPT, input: 'text' } : undefined;
  const found = [...defs.values()].flatMap((def) => {
    const input = def.places.find((p) => p.folder === kind)?.input;
    return input && !def.quiet && !def.deprecated ? [{ def, input }] : [];
  });
  const used = ({ def }: { def: NodeDef }) => uses.get(def.name) ?? 0;
  found.sort((a, b) => used(b) - used(a) || a.def.inputs.length - b.def.inputs.length || Number(a.def.experimental) - Number(b.def.experimental));
  return found[0] && { name: found[0].def.name, input: found[0].input };
}

/** What stands in a field for a model: its name; of an embedding its token, behind what is written there. */
export function valueFor(model: { kind: string; name: string }, before: unknown): string {
  if (model.kind !== EMBEDDINGS) return model.name;
  const token = `embedding:${model.name.replace(/\.(safetensors|sft)$/i, '')}`;
  const text = typeof before === 'string' ? before.trimEnd() : '';
  return text === '' ? token : `${text}${/[,，]$/.test(text) ? ' ' : ', '}${token}`;
}
