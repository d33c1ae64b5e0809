// Classes for the place of a node, or of several of one class: those that keep its links first. One press replaces them, as one step.
import { useMemo, useState } from 'react';
import { PickList, type PickRow } from '../app/PickList.tsx';
import { useSettings } from '../app/settings.ts';
import { say } from '../app/toasts.ts';
import { classTitle } from '../defs/labels.ts';
import { search } from '../defs/search.ts';
import { usesOf } from '../defs/uses.ts';
import { likely, replaceNodes, type Likely } from '../doc/replace.ts';
import { useRoom } from '../i18n/room.ts';
import { replacing } from '../i18n/words/replacing.ts';
import { announce } from './announce.ts';
import { atNow, nodesMeant } from './edit.ts';
import { titleIn } from './names.ts';
import { choose, focusOn } from './select.ts';

const MOST = 200;

export function Replace({ close }: { close: () => void }) {
  const words = useRoom(replacing);
  const naming = useSettings((s) => s.naming);
  const [at] = useState(atNow);
  const [nodes] = useState(nodesMeant);
  const all = useMemo(() => (at ? likely(at, nodes.map((n) => n.shape.id)) : []), [at, nodes]);
  const [first] = nodes;
  if (!at || !first) return null;

  const put = ({ def }: Likely) => {
    const { made, lost } = replaceNodes(at.doc, at.defs, nodes.map((n) => ({ graph: at.graph, id: n.shape.id })), def.name);
    const keys = made.map((m) => `node:${m.id}`);
    const says = [words.done(classTitle(def, naming)), ...(lost ? [words.lost(lost)] : [])].join(', ');
    close();
    choose(keys);
    if (keys[0]) focusOn(keys[0]);
    if (lost) say(() => says);
    else announce(says);
  };
  const rows = (text: string) => {
    const found = text.trim() ? new Set(search(at.defs, { query: text, uses: usesOf() })) : undefined;
    return all.filter((l) => !found || found.has(l.def)).slice(0, MOST).map((l): PickRow => ({
      id: l.def.name,
      title: l.def.name,
      act: () => put(l),
      body: (
        <>
          <span className="label">{classTitle(l.def, naming)}</span>
          <span className="note">{l.lost ? words.lost(l.lost) : words.fits}</span>
        </>
      ),
    }));
  };
  const title = nodes.length === 1 ? words.title(titleIn(first, naming)) : words.many(nodes.length);
  return <PickList title={title} rows={rows} close={close} />;
}
