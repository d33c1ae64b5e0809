// A node as it is read and edited: title, sockets, fields, what it does and what it gave. It hears of its own node only.
import type { NodeProps } from '@xyflow/react';
import { memo, useState, useSyncExternalStore, type CSSProperties } from 'react';
import { useDocuments } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { Boundary, sayOf } from '../app/late.ts';
import { useSettings } from '../app/settings.ts';
import type { Document } from '../doc/document.ts';
import { isPinned } from '../doc/linear.ts';
import { useWords } from '../i18n/words.ts';
import { PinButton } from '../linear/PinButton.tsx';
import { NodePictures } from '../run/NodePictures.tsx';
import { useFailure, useFaults, useNodeRun, worstOf } from '../run/run.ts';
import { sentenceOf } from '../run/sentences.ts';
import { Widget } from '../widgets/Widget.tsx';
import type { BodyNode } from './body.ts';
import { titleIn } from './names.ts';
import { fileColour } from './palette.ts';
import type { NodeView } from './scene.ts';
import { Sockets } from './Sockets.tsx';
import { Title } from './Title.tsx';

const PICTURES = 64; // the least height that pictures are shown in within the node

function useChosen(uid: string, key: string): boolean {
  return useDocuments((s) => s.opened.find((o) => o.doc.uid === uid)?.selection.has(key) ?? false);
}

/** Below the last row there may be room for pictures; else they hang below the node. */
function Pictures({ uid, run, box }: { uid: string; run: string; box: NodeView }) {
  const { shape } = box;
  const used = shape.free + 4;
  const inside = shape.height - used - 8 >= PICTURES && !shape.collapsed;
  const place: CSSProperties = inside ? { top: used, height: shape.height - used - 8 } : { top: shape.height + 4 };
  return (
    <div className="pictures" data-inside={inside} style={place}>
      <NodePictures uid={uid} node={run} width={shape.width - 16} />
    </div>
  );
}

function Says({ uid, node }: { uid: string; node: string }) {
  const words = useWords();
  const failure = useFailure(uid, node);
  if (!failure) return null;
  return (
    <p className="says" role="note">
      <Icon name="warning" />
      {sentenceOf(failure, words)}
    </p>
  );
}

function Body({ doc, box, prefix }: { doc: Document; box: NodeView; prefix: string }) {
  const all = useWords();
  const naming = useSettings((s) => s.naming);
  const words = all.canvas;
  const { shape, node, key, id } = box;
  const name = prefix + id;
  const chosen = useChosen(doc.uid, key);
  const state = useNodeRun(doc.uid, name)?.state;
  const faults = useFaults(doc.uid, name);
  const faultAt = (input: string) => faults.find((f) => f.input === input);
  const own = fileColour(shape.bgcolor) ?? fileColour(shape.color);

  const [over, setOver] = useState<string>(); // the field that the pointer was over last
  const pinnable = prefix === '' && !shape.collapsed;
  const held = pinnable ? shape.widgets.find((w) => w.name === over) : undefined;

  useSyncExternalStore((heard) => doc.subscribe(id, heard), () => doc.version(id));
  return (
    <article
      className="body"
      data-kind={shape.kind}
      data-mode={shape.mode}
      data-state={state}
      data-fault={worstOf(faults)}
      data-chosen={chosen}
      data-collapsed={shape.collapsed}
      data-coloured={own !== undefined}
      style={own ? ({ '--own': own } as CSSProperties) : undefined}
      aria-label={words.node(titleIn(box, naming), id)}
      onPointerLeave={() => setOver(undefined)}
    >
      <Title doc={doc} box={box} name={name} />
      {!shape.collapsed &&
        shape.widgets.map((w) => {
          const fault = faultAt(w.name);
          return (
            <div key={w.name} className="row" data-widget={w.name} data-linked={w.linked} data-fault={fault?.severity}
                 data-pinned={pinnable && isPinned(doc, shape.id, w.name)} onPointerEnter={() => setOver(w.name)} title={fault && sentenceOf(fault, all, w.label)}
                 style={{ top: w.y, height: w.height }}>
              <Widget doc={doc} node={node} shape={w} name={name} />
            </div>
          );
        })}
      {held && <PinButton node={shape.id} widget={held} pinned={isPinned(doc, shape.id, held.name)} />}
      <Sockets shape={shape} id={id} faults={faults} />
      <Pictures uid={doc.uid} run={name} box={box} />
      <Says uid={doc.uid} node={name} />
    </article>
  );
}

/** A node that fails while it is drawn; the next change of it tries anew. */
function Broken({ box, fault }: { box: NodeView; fault: unknown }) {
  const { app } = useWords();
  const naming = useSettings((s) => s.naming);
  return (
    <article className="body" data-kind="broken">
      <h2>{titleIn(box, naming)}</h2>
      <p role="note">{app.broken(sayOf(fault))}</p>
    </article>
  );
}

export const NodeBody = memo(function NodeBody({ data }: NodeProps<BodyNode>) {
  const { doc, box, prefix } = data;
  return (
    <Boundary of={box} fallback={(fault) => <Broken box={box} fault={fault} />}>
      <Body doc={doc} box={box} prefix={prefix} />
    </Boundary>
  );
});
