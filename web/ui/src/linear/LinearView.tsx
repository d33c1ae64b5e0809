// The App view: the fields that a person pinned, Run, and what came out.
import type { Opened } from '../app/documents.ts';
import { useVersion } from '../app/documents.ts';
import { useDefs } from '../defs/defs.ts';
import { useRoom } from '../i18n/room.ts';
import { linear } from '../i18n/words/linear.ts';
import '../style/linear.css';
import '../style/linear-fields.css';
import { Chooser } from './Chooser.tsx';
import { Fields } from './Fields.tsx';
import { fieldsOf, resultNodes } from './fields.ts';
import { Result } from './Result.tsx';
import { RunRow } from './RunRow.tsx';
import { useViews } from './view.ts';

export function LinearView({ at }: { at: Opened }) {
  const words = useRoom(linear);
  const { doc } = at;
  const defs = useDefs((s) => s.defs);
  const editing = useViews((s) => s.editing);
  useVersion(doc);
  const shown = fieldsOf(doc, defs);
  return (
    <div className="linear">
      <section className="linear-side" aria-label={words.fields}>
        <header>
          <h2>{at.name}</h2>
          <button className="plain" aria-pressed={editing} onClick={() => useViews.setState({ editing: !editing })}>
            {editing ? words.done : words.edit}
          </button>
        </header>
        {editing ? <Chooser doc={doc} defs={defs} shown={shown} /> : <Fields doc={doc} shown={shown} />}
        <RunRow at={at} />
      </section>
      <Result uid={doc.uid} nodes={resultNodes(doc, defs)} />
    </div>
  );
}
