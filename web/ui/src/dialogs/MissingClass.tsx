// A node class that is not here, and those that could take its place: one press puts one in the place of all its nodes.
import { useState } from 'react';
import type { Opened } from '../app/documents.ts';
import { useSettings } from '../app/settings.ts';
import { useDefs } from '../defs/defs.ts';
import { classTitle } from '../defs/labels.ts';
import { nodesOfClass, replaceNodes, type There } from '../doc/replace.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import type { Checked } from '../run/run.ts';

interface Done {
  type: string;
  made: readonly There[];
  lost: number;
}

export function MissingClass({ of, at }: { of: Checked['unknownTypes'][number]; at: Opened }) {
  const words = useDialogWords().missing;
  const naming = useSettings((s) => s.naming);
  const defs = useDefs((s) => s.defs);
  const [done, setDone] = useState<Done>();
  const put = (type: string) => {
    if (type === done?.type) return;
    const there = (done?.made ?? nodesOfClass(at.doc, of.type)).filter(({ graph, id }) => at.doc.node(id, graph));
    setDone({ type, ...replaceNodes(at.doc, defs, there, type) });
  };
  const near = of.near.flatMap((type) => defs.get(type) ?? []);
  return (
    <li>
      <strong>{of.type}</strong>
      <span>{[of.pack, done ? words.replaced(done.made.length, done.lost) : words.ghosts(of.nodes.length)].filter(Boolean).join(' · ')}</span>
      {near.length > 0 && (
        <span className="ways">
          {near.map((def) => {
            const used = done?.type === def.name;
            const title = classTitle(def, naming);
            return (
              <button key={def.name} className="plain" title={def.name} aria-pressed={used} onClick={() => put(def.name)}>
                {used ? words.used(title) : words.use(title)}
              </button>
            );
          })}
        </span>
      )}
    </li>
  );
}
