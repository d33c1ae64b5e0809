// The title of a node: its arrow, its name, and in a few signs what it does.
import { Icon } from '../app/Icon.tsx';
import { useSettings } from '../app/settings.ts';
import type { Document } from '../doc/document.ts';
import { renameNode, setFlag } from '../doc/ops.ts';
import { rate } from '../i18n/format.ts';
import { langOf } from '../i18n/lang.ts';
import { useWords } from '../i18n/words.ts';
import { useNodeRun } from '../run/run.ts';
import { NameField } from './NameField.tsx';
import { titleIn } from './names.ts';
import type { NodeView } from './scene.ts';
import { useHand } from './view.ts';

const WIDE = 240; // of nodes whose title has room for how fast it goes

function Rename({ doc, box }: { doc: Document; box: NodeView }) {
  const words = useWords().canvas;
  const keep = (title: string) => renameNode(doc, box.node, title === '' ? undefined : title);
  return <NameField of={box.key} className="rename" label={words.rename} text={box.shape.title} keep={keep} />;
}

/** How far it is; nothing of it where nobody can say. */
function Progress({ uid, node, wide }: { uid: string; node: string; wide: boolean }) {
  const words = useWords().run.queue;
  const run = useNodeRun(uid, node);
  if (run?.state !== 'running') return null;
  const share = run.max > 0 ? Math.min(1, run.value / run.max) : 0;
  return (
    <>
      {run.max > 1 && (
        <span className="steps">
          {run.value}/{run.max}
          {wide && run.rate !== undefined && ` · ${words.rate(rate(run.rate))}`}
        </span>
      )}
      <span className="progress" data-unknown={run.max <= 0} aria-hidden="true">
        <span style={{ transform: `scaleX(${share})` }} />
      </span>
    </>
  );
}

function Signs({ uid, name, box }: { uid: string; name: string; box: NodeView }) {
  const words = useWords().canvas;
  const state = useNodeRun(uid, name)?.state;
  const { mode, pinned, kind } = box.shape;
  return (
    <>
      <Progress uid={uid} node={name} wide={box.width >= WIDE} />
      {(state === 'done' || state === 'cached') && (
        <span className="sign" data-sign={state} title={words.states[state]}>
          <Icon name="check" />
        </span>
      )}
      {mode !== 'runs' && <span className="tag" data-mode={mode}>{words.modes[mode]}</span>}
      {kind === 'ghost' && (
        <span className="tag" role="img" aria-label={words.ghost} title={`${words.ghost}: ${words.unknown(String(box.node['type'] ?? ''))}`}>
          ?
        </span>
      )}
      {kind === 'subgraph' && (
        <span className="sign" title={words.subgraph}>
          <Icon name="nodes" />
        </span>
      )}
      {pinned && (
        <span className="sign" title={words.pinned}>
          <svg className="glyph" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M7 3.4h6M8 3.4v5L5.6 11.6h8.8L12 8.4v-5M10 11.6v5" />
          </svg>
        </span>
      )}
    </>
  );
}

export function Title({ doc, box, name }: { doc: Document; box: NodeView; name: string }) {
  const words = useWords().canvas;
  const naming = useSettings((s) => s.naming);
  const renaming = useHand((s) => s.renaming === box.key);
  const { shape, node } = box;
  const title = titleIn(box, naming);
  const says = shape.collapsed ? words.expand : words.collapse;
  return (
    <header className="title">
      <button className="arrow" tabIndex={-1} aria-label={says} title={says} onClick={() => setFlag(doc, [node], 'collapsed', !shape.collapsed)}>
        <Icon name={shape.collapsed ? 'chevron' : 'down'} />
      </button>
      {renaming ? <Rename doc={doc} box={box} /> : <h2 title={title} lang={langOf(title, naming)}>{title}</h2>}
      <Signs uid={doc.uid} name={name} box={box} />
    </header>
  );
}
