// What travels with a workflow and what stays here.
import { bytes } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { share } from '../i18n/words/share.ts';
import type { Inside as What, Kind, Needed } from './pack.ts';

function Row({ of, what }: { of: Needed; what?: string | undefined }) {
  const words = useRoom(share);
  return (
    <li>
      <span className="file">{of.name}</span>
      <span className="note">{[what, of.here ? bytes(of.bytes) : words.absent].filter(Boolean).join(' · ')}</span>
    </li>
  );
}

export function Inside({ of, kind }: { of: What; kind: Kind }) {
  const words = useRoom(share);
  const bundle = kind === 'bundle';
  const brought = bundle ? of.pictures.filter((p) => p.here) : [];
  const named = bundle ? of.models.length + of.plugins.length : 0;
  return (
    <div className="inside-list">
      <h3>{words.inside}</h3>
      <ul>
        <li>
          <span className="file">{words.workflow}</span>
        </li>
        {brought.map((p) => (
          <Row key={p.name} of={p} />
        ))}
      </ul>
      {!bundle && of.pictures.length > 0 && <p className="hint">{words.loads(of.pictures.length)}</p>}
      {named > 0 && (
        <>
          <h3>{words.models}</h3>
          <ul>
            {of.models.map((m) => (
              <Row key={`${m.folder}/${m.name}`} of={m} what={m.family ?? m.folder} />
            ))}
            {of.plugins.map((p) => (
              <li key={p}>
                <span className="file">{p}</span>
                <span className="note">{words.plugin}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{words.stays}</h3>
      {of.removed.length === 0 && <p className="hint">{words.nothing}</p>}
      <ul className="removed">
        {of.removed.map((r) => (
          <li key={r}>{r}</li>
        ))}
        {bundle && of.notes.map((n) => <li key={n}>{n}</li>)}
      </ul>
    </div>
  );
}
