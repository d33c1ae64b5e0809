// What the workflows of two pictures have otherwise: "cfg 7 → 5.5".
import { useEffect, useState } from 'react';
import { useSettings } from '../app/settings.ts';
import { useDefs } from '../defs/defs.ts';
import { slotLabel } from '../defs/labels.ts';
import { workflowOf } from '../gallery/workflows.ts';
import { viewOf, type OutputFile } from '../net/files.ts';
import { changedValues, shortOf, type ValueChange } from './changes.ts';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

type Found = { is: 'asking' } | { is: 'unknown' } | { is: 'there'; changes: readonly ValueChange[] };

export function Changes({ a, b }: { a: OutputFile; b: OutputFile }) {
  const words = useRoom(gallery);
  const defs = useDefs((s) => s.defs);
  const naming = useSettings((s) => s.naming);
  const [found, setFound] = useState<Found>({ is: 'asking' });
  const urls = `${viewOf(a)} ${viewOf(b)}`;

  useEffect(() => {
    let alive = true;
    const show = (f: Found) => alive && setFound(f);
    Promise.all([workflowOf(a), workflowOf(b)]).then(
      ([one, two]) => show(one && two ? { is: 'there', changes: changedValues(one, two, defs) } : { is: 'unknown' }),
      () => show({ is: 'unknown' }),
    );
    return () => void (alive = false);
  }, [urls, defs]);
  if (found.is === 'asking') return <div className="changes" />;
  if (found.is === 'unknown') return <div className="changes">{words.unknown}</div>;
  if (!found.changes.length) return <div className="changes">{words.same}</div>;
  return (
    <div className="changes" tabIndex={0} role="group" aria-label={words.changed}>
      <strong>{words.changed}</strong>
      {found.changes.map((c, i) => (
        <span key={i} title={c.title}>
          {slotLabel(c.widget.name, c.label, naming, c.widget.def?.label)} <em>{words.to(shortOf(c.from), shortOf(c.to))}</em>
        </span>
      ))}
    </div>
  );
}
