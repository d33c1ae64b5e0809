// What nodes and sockets of a file are called on the screen: in a person's language, unless a person gave them a name.
import { nodeTitle } from '../defs/labels.ts';
import { useDefs } from '../defs/defs.ts';
import type { JsonObject } from '../doc/json.ts';
import type { Naming } from '../i18n/languages.ts';

interface Named {
  node: JsonObject;
  shape: { title: string };
}

export function titleIn({ node, shape }: Named, naming: Naming): string {
  const type = String(node['type'] ?? '');
  return nodeTitle(type, shape.title, useDefs.getState().defs.get(type)?.title, naming);
}
