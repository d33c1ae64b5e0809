// A node's properties: what a file keeps of it beside its fields, one thing at a time, and what its class says of itself. Of several nodes
// what they have in common.
import { useEffect, useRef } from 'react';
import { useActive } from '../app/documents.ts';
import { showColours } from '../canvas/asking.ts';
import { fileColour } from '../canvas/palette.ts';
import type { NodeView } from '../canvas/scene.ts';
import { useScene } from '../canvas/use-scene.ts';
import { useHand } from '../canvas/view.ts';
import { langOf } from '../i18n/lang.ts';
import { useRoom } from '../i18n/room.ts';
import { properties as room } from '../i18n/words/properties.ts';
import { useSettings } from '../app/settings.ts';
import { useDefs } from '../defs/defs.ts';
import { classTitle } from '../defs/labels.ts';
import type { Document } from '../doc/document.ts';
import { pairOf } from '../doc/geometry.ts';
import { renameNode, resizeNode, setFlag, setMode } from '../doc/ops.ts';
import { TITLE } from '../doc/shape.ts';
import { Check, Entry, same } from './PropertiesEntry.tsx';
import { Help } from './PropertiesHelp.tsx';
import { Kept } from './PropertiesKept.tsx';
import { asked } from './properties.ts';
import '../style/settings.css';
import '../style/properties.css';

const NOWHERE = [] as const;
const MODES = { runs: 0, muted: 2, bypassed: 4 } as const;

interface Props {
  doc: Document;
  nodes: readonly NodeView[];
}

/** Of a node that is folded up what it is unfolded. */
function sizeOf({ shape, node }: NodeView): readonly [number, number] {
  return shape.collapsed ? pairOf(node, 'size') : [shape.width, shape.height - TITLE];
}

function Size({ doc, nodes }: Props) {
  const words = useRoom(room);
  const sizes = nodes.map(sizeOf);
  const take = (side: 0 | 1) => (text: string) => {
    const n = Math.round(Number(text));
    if (!Number.isFinite(n) || n < 0 || text.trim() === '') return false;
    doc.together(() => nodes.forEach(({ node }, i) => {
      const [width, height] = sizes[i] ?? [0, 0];
      resizeNode(doc, node, side ? width : n, side ? n : height);
    }));
    return true;
  };
  const entry = (side: 0 | 1, label: string) => <Entry label={label} kind="number" value={same(sizes.map((s) => String(Math.round(s[side]))))} take={take(side)} />;
  return (
    <div className="pair">
      {entry(0, words.width)}
      {entry(1, words.height)}
    </div>
  );
}

function Mode({ doc, nodes }: Props) {
  const words = useRoom(room);
  const now = same(nodes.map((n) => n.shape.mode));
  return (
    <fieldset>
      <legend>{words.mode}</legend>
      <div className="segments">
        {Object.entries(MODES).map(([name, mode]) => (
          <label key={name} data-on={now === name}>
            <input type="radio" name="properties-mode" checked={now === name} onChange={() => setMode(doc, nodes.map((n) => n.node), mode)} />
            {words.modes[name as keyof typeof MODES]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Colour({ nodes }: Props) {
  const words = useRoom(room);
  const colour = same(nodes.map(({ shape }) => shape.bgcolor ?? shape.color ?? ''));
  return (
    <div className="line">
      <span>{words.colour}</span>
      <button onClick={showColours} aria-label={`${words.colour}: ${colour === undefined ? words.differ : colour || words.noColour}`}>
        <span className="swatch" style={{ background: fileColour(colour) }} />
        {colour === undefined ? words.differ : colour || words.noColour}
      </button>
    </div>
  );
}

/** The title that a person gave, and the class's behind it where nobody did. */
function Title({ doc, node: { node, shape } }: { doc: Document; node: NodeView }) {
  const words = useRoom(room);
  const naming = useSettings((s) => s.naming);
  const type = String(node['type'] ?? '');
  const def = useDefs((s) => s.defs.get(type));
  const known = classTitle({ name: type, title: def?.title ?? type }, naming);
  const title = typeof node['title'] === 'string' ? node['title'] : '';
  const own = title === type || title === def?.title ? '' : title;
  return (
    <>
      <Entry label={words.title} value={own} hint={own ? '' : def ? known : shape.title} take={(text) => renameNode(doc, node, text || undefined)} />
      <div className="line">
        <span>{words.type}</span>
        <code lang={langOf(type, naming)}>{type}</code>
      </div>
    </>
  );
}

/** Which classes several nodes are of. */
function Classes({ nodes }: Pick<Props, 'nodes'>) {
  const naming = useSettings((s) => s.naming);
  const defs = useDefs((s) => s.defs);
  const counts = new Map<string, number>();
  for (const { node } of nodes) counts.set(String(node['type']), (counts.get(String(node['type'])) ?? 0) + 1);
  return (
    <ul className="classes">
      {[...counts].map(([type, n]) => (
        <li key={type}>
          {classTitle({ name: type, title: defs.get(type)?.title ?? type }, naming)}
          {n > 1 && ` × ${n}`}
        </li>
      ))}
    </ul>
  );
}

function Form({ doc, nodes }: Props) {
  const words = useRoom(room);
  const [one] = nodes;
  const raw = nodes.map((n) => n.node);
  const flag = (name: 'pinned' | 'collapsed') => <Check label={words[name]} on={same(nodes.map((n) => n.shape[name]))} set={(on) => setFlag(doc, raw, name, on)} />;
  return (
    <>
      <section aria-label={nodes.length > 1 ? words.several(nodes.length) : words.node}>
        {one && nodes.length === 1 ? (
          <Title doc={doc} node={one} />
        ) : (
          <>
            <h3>{words.several(nodes.length)}</h3>
            <Classes nodes={nodes} />
          </>
        )}
        <Size doc={doc} nodes={nodes} />
        <Mode doc={doc} nodes={nodes} />
        <Colour doc={doc} nodes={nodes} />
        <div className="pair">
          {flag('pinned')}
          {flag('collapsed')}
        </div>
      </section>
      <Kept doc={doc} nodes={raw} />
      {one && nodes.length === 1 && <Help node={one} />}
    </>
  );
}

export function Properties() {
  const words = useRoom(room);
  const at = useActive();
  const scene = useScene(at?.doc, at?.path ?? NOWHERE);
  const focus = useHand((s) => s.focus);
  const box = useRef<HTMLDivElement>(null);
  const picked = scene.nodes.filter((n) => at?.selection.has(n.key));
  const nodes = picked.length ? picked : scene.nodes.filter((n) => n.key === focus);

  useEffect(() => {
    if (asked.now) box.current?.querySelector<HTMLElement>('input, textarea')?.focus();
    asked.now = false;
  }, []);
  return (
    <div className="properties" ref={box}>
      {at && nodes.length > 0 ? <Form key={nodes.map((n) => n.key).join()} doc={at.doc} nodes={nodes} /> : <p className="nothing">{words.none}</p>}
    </div>
  );
}
