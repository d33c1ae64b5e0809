// One field to everything: commands (>), nodes that are here (@), nodes to add (#), settings (/). Enter takes the first.
import { useEffect } from 'react';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import { offers } from './offers.ts';
import { PickList, type PickRow } from './PickList.tsx';
import { refreshStored, useStored } from './stored.ts';

const MOST = 60;

export function Palette({ text, close }: { text: string; close: () => void }) {
  const words = useWords();
  const said = useDialogWords().palette;
  useStored((s) => s.files); // found once they are heard of
  useEffect(() => void refreshStored(), []);
  const rows = (query: string) => offers(query, words).slice(0, MOST).map((o): PickRow => ({
    id: o.id,
    disabled: o.disabled,
    act: () => (close(), o.run()),
    body: (
      <>
        <span className="label">{o.label}</span>
        {o.note && <span className="note">{o.note}</span>}
        {o.keys && <kbd>{o.keys}</kbd>}
      </>
    ),
  }));
  const ways = <p className="ways">{said.ways.map((w) => <span key={w}>{w}</span>)}</p>;
  return <PickList title={said.title} placeholder={said.placeholder} text={text} rows={rows} foot={ways} close={close} />;
}
