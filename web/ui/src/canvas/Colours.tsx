// Colours to choose from, for nodes and groups. A file keeps the colours themselves, of a node's title and body and of a group, so
// they are the ones that ComfyUI's users know: a graph looks the same in both.
import { useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { setColor } from '../doc/ops.ts';
import { colorGroup } from '../doc/ops-groups.ts';
import { useRoom } from '../i18n/room.ts';
import { colours } from '../i18n/words/colours.ts';
import '../style/colours.css';
import { announce } from './announce.ts';
import { atNow, nodesMeant } from './edit.ts';
import { chosen } from './select.ts';

interface Colour {
  title?: string;
  body?: string;
  group?: string;
}

/** Source: the presets of litegraph's canvas, by their names there. */
const FILE_COLOURS = {
  none: {},
  red: { title: '#322', body: '#533', group: '#A88' },
  brown: { title: '#332922', body: '#593930', group: '#b06634' },
  green: { title: '#232', body: '#353', group: '#8A8' },
  blue: { title: '#223', body: '#335', group: '#88A' },
  pale: { title: '#2a363b', body: '#3f5159', group: '#3f789e' },
  cyan: { title: '#233', body: '#355', group: '#8AA' },
  purple: { title: '#323', body: '#535', group: '#a1309b' },
  yellow: { title: '#432', body: '#653', group: '#b58b2a' },
  black: { title: '#222', body: '#000', group: '#444' },
} as const satisfies Record<string, Colour>;

type Name = keyof typeof FILE_COLOURS;
const NAMES = Object.keys(FILE_COLOURS) as Name[];

const groupsChosen = () => [...chosen()].filter((key) => key.startsWith('group:')).map((key) => Number(key.slice(6)));

function apply(colour: Colour, nodes: boolean) {
  const at = atNow();
  if (!at) return;
  at.doc.together(() => {
    if (nodes) setColor(at.doc, nodesMeant().map((n) => n.node), colour.title, colour.body);
    for (const group of groupsChosen()) colorGroup(at, group, colour.group);
  });
}

export function Colours({ close }: { close: () => void }) {
  const words = useRoom(colours);
  const [own, setOwn] = useState('#3f5159');
  const nodes = groupsChosen().length === 0 || [...chosen()].some((key) => key.startsWith('node:'));
  const take = (colour: Colour, name: string) => {
    apply(colour, nodes);
    announce(words.done(name));
    close();
  };
  return (
    <Dialog title={words.title} close={close}>
      <div className="colours">
        {NAMES.map((name, i) => {
          const colour: Colour = FILE_COLOURS[name];
          return (
            <button key={name} data-focus={i === 0 ? '' : undefined} data-colour={name} onClick={() => take(colour, words.names[name])}>
              <span className="swatch" style={{ background: nodes ? colour.body : colour.group }} />
              {words.names[name]}
            </button>
          );
        })}
        <span className="own">
          <input type="color" aria-label={words.own} value={own} onChange={(e) => setOwn(e.currentTarget.value)} />
          <button onClick={() => take({ title: own, body: own, group: own }, own)}>{words.own}</button>
        </span>
      </div>
    </Dialog>
  );
}
