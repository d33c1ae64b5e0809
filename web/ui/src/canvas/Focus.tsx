// Where the keyboard is on the canvas: a ring around a node, and what assistive technology says of it. The focus of the page
// stays with the canvas itself; this is what it points at, whether the node has a body or not.
import { ViewportPortal } from '@xyflow/react';
import type { Words } from '../i18n/languages.ts';
import { useWords } from '../i18n/words.ts';
import { useNodeRun, type NodeRun } from '../run/run.ts';
import { titleIn } from './names.ts';
import { nodeKey, type NodeView, type Scene } from './scene.ts';
import { useHand } from './view.ts';

export const focusId = (node: string) => `graph-at-${node}`;

/** "KSampler, node 7, 4 of 4 inputs linked, running 60 percent" */
export function labelOf(box: NodeView, run: NodeRun | undefined, words: Words): string {
  const { canvas } = words;
  const { shape, id } = box;
  const sockets = shape.inputs.filter((s) => s.widget === undefined);
  const share = run && run.max > 0 ? run.value / run.max : undefined;
  return [
    titleIn(box, words.locale === 'en' ? 'en' : 'zh'),
    canvas.numbered(id),
    ...(sockets.length ? [canvas.linked(sockets.filter((s) => s.links.length).length, sockets.length)] : []),
    ...(shape.mode === 'runs' ? [] : [canvas.modes[shape.mode]]),
    ...(shape.collapsed ? [canvas.collapsed] : []),
    ...(!run || run.state === 'idle' ? [] : [canvas.doing(canvas.states[run.state], run.state === 'running' ? share : undefined)]),
    ...(run?.error ? [run.error] : []),
  ].join(', ');
}

function Ring({ box, uid, prefix }: { box: NodeView; uid: string; prefix: string }) {
  const words = useWords();
  const run = useNodeRun(uid, prefix + box.id);
  return (
    <div
      id={focusId(box.id)}
      className="at"
      data-key={box.key}
      role="group"
      aria-roledescription={words.canvas.nodeRole}
      aria-label={labelOf(box, run, words)}
      style={{ left: box.x, top: box.y, width: box.width, height: box.height }}
    />
  );
}

export function Focus({ scene, uid }: { scene: Scene; uid: string }) {
  const focus = useHand((s) => s.focus);
  const box = focus === undefined ? undefined : scene.byKey.get(nodeKey(focus));
  return <ViewportPortal>{box && <Ring key={box.key} box={box} uid={uid} prefix={scene.prefix} />}</ViewportPortal>;
}
