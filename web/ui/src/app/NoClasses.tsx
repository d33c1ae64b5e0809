// A line over the canvas when the server's node classes could not be had: why, and a way to ask again.
import { useState } from 'react';
import { reloadDefs, useDefs } from '../defs/defs.ts';
import { useRoom } from '../i18n/room.ts';
import { classes } from '../i18n/words/classes.ts';
import { useServer } from '../net/server.ts';
import { useKeys, withKeys } from './bound.ts';

export function NoClasses() {
  const words = useRoom(classes);
  const { state, why = '' } = useDefs();
  const open = useServer((s) => s.link.is === 'open');
  const keys = useKeys('defs.reload', 'R');
  const [asking, setAsking] = useState(false);
  const ask = () => {
    setAsking(true);
    void reloadDefs().finally(() => setAsking(false));
  };
  if (!open && state !== 'failed') return null; // the server is gone: that is said, and it will be asked when it is back
  return (
    <div className="banner" role="alert" data-below={!open}>
      <span>{(state === 'failed' ? words.failed : words.stale)(why)}</span>
      <button className="text" aria-disabled={asking} title={withKeys(words.again, keys)} onClick={ask}>
        {words.again}
      </button>
    </div>
  );
}
