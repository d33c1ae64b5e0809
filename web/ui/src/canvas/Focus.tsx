// Where the keyboard is on the canvas: a ring around a node, a group or a point, and what assistive technology says of it. The focus of
// the page stays with the canvas itself; this is what it points at, whether a node has a body or not.
import { ViewportPortal } from '@xyflow/react';
import type { Words } from '../i18n/languages.ts';
import { useWords } from '../i18n/words.ts';
import { useFailure, useNodeRun, type NodeRun, type Problem } from '../run/run.ts';
import { sentenceOf } from '../run/sentences.ts';
import { centre, holds } from './boxes.ts';
import { titleById } from './named.ts';
import { titleIn } from './names.ts';
import { shapeById, type NodeView, type Scene } from './scene.ts';
import { useHand } from './view.ts';
import { groupOf, linksAt, stopOf, type Stop } from './walk.ts';

export const focusId = (key: string) => `graph-at-${key}`;

/** "KSampler, node 7, 4 of 4 inputs linked, running 60 percent" */
function labelOf(box: NodeView, run: NodeRun | undefined, failure: Problem | undefined, words: Words): string {
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
    ...(failure ? [sentenceOf(failure, words)] : []),
  ].join(', ');
}

function Ring({ at: { key, x, y, width, height }, role, label }: { at: Stop; role: string; label: string }) {
  return (
    <div
      id={focusId(key)}
      className="at"
      data-key={key}
      role="group"
      aria-roledescription={role}
      aria-label={label}
      style={{ left: x, top: y, width, height }}
    />
  );
}

function NodeRing({ box, uid, prefix }: { box: NodeView; uid: string; prefix: string }) {
  const words = useWords();
  const run = useNodeRun(uid, prefix + box.id);
  const failure = useFailure(uid, prefix + box.id);
  return <Ring at={box} role={words.canvas.nodeRole} label={labelOf(box, run, failure, words)} />;
}

/** "Sampling, 4 nodes" */
function GroupRing({ at, scene, label }: { at: Stop; scene: Scene; label: string }) {
  const words = useWords().canvas;
  return <Ring at={at} role={words.groupRole} label={words.groupAt(label, scene.nodes.filter((n) => holds(at, centre(n))).length)} />;
}

/** "MODEL from Load Checkpoint to KSampler, 1 of 2 points" */
function PointRing({ at, scene }: { at: Stop; scene: Scene }) {
  const words = useWords().canvas;
  const link = linksAt(scene, at.key)[0];
  const title = (id: string) => (shapeById(scene, id) ? titleById(scene, id) || String(scene.graph?.['name'] ?? '') : undefined);
  const points = link?.owners.filter((o) => o.startsWith('reroute:')) ?? [];
  return <Ring at={at} role={words.pointRole} label={words.pointAt(link?.type ?? '', title(link?.from ?? ''), title(link?.to ?? ''), points.indexOf(at.key) + 1, points.length)} />;
}

export function Focus({ scene, uid }: { scene: Scene; uid: string }) {
  const at = stopOf(scene, useHand((s) => s.focus));
  const box = at && scene.byKey.get(at.key);
  const group = at && groupOf(scene, at.key);
  return (
    <ViewportPortal>
      {box ? <NodeRing key={box.key} box={box} uid={uid} prefix={scene.prefix} />
        : group ? <GroupRing key={group.key} at={group} scene={scene} label={group.label} />
          : at && <PointRing key={at.key} at={at} scene={scene} />}
    </ViewportPortal>
  );
}
