// The canvas. React Flow moves and zooms it and holds the bodies; a drawing behind them has everything else. All of it is
// worked out from the document that is open (scene.ts), and nothing of the graph is kept here.
import { ReactFlow, ReactFlowProvider, useReactFlow, useStoreApi, type NodeTypes } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useEffect, useLayoutEffect, useMemo, useRef, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useShallow } from 'zustand/react/shallow';
import { show, useDocuments } from '../app/documents.ts';
import { late } from '../app/late.ts';
import { useSettings } from '../app/settings.ts';
import type { Document } from '../doc/document.ts';
import { useWords } from '../i18n/words.ts';
import { useRuns } from '../run/run.ts';
import '../style/canvas.css';
import '../style/body.css';
import '../style/body-rows.css';
import { useSaid } from './announce.ts';
import { bodyOf } from './body.ts';
import { arrive, cameraFor, cameraIn, holdFlow, LEAST_ZOOM, lookAt, MOST_ZOOM } from './camera.ts';
import { startClipboard } from './clipboard.ts';
import { Crumbs } from './Crumbs.tsx';
import { Drawing } from './Drawing.tsx';
import { Focus, focusId } from './Focus.tsx';
import { startGestures } from './gestures.ts';
import { startFields } from './going.ts';
import { GroupName } from './GroupName.tsx';
import { startHolding } from './holding.ts';
import { Map as GraphMap } from './Map.tsx';
import { Menus } from './Menus.tsx';
import { NodeBody } from './NodeBody.tsx';
import type { Scene } from './scene.ts';
import { useBodies, useScene } from './use-scene.ts';
import { repaint, useHand, view } from './view.ts';
import { stopOf } from './walk.ts';
import { noting, stopped } from './way.ts';
import { startWheel } from './wheel.ts';

const types: NodeTypes = { body: NodeBody };
const NO_PATH = [] as const;
const NO_EDGES: [] = [];
const PAN = [1, 2];
const HAND = [0, 1, 2];
/** Where the keyboard was in each document. */
const focuses = new WeakMap<Document, string>();

/** Around everything that looks at the canvas. */
export function CanvasProvider({ children }: { children: ReactNode }) {
  return <ReactFlowProvider>{children}</ReactFlowProvider>;
}

/** By itself: what ends this would hold the first graph that was looked at as well. */
function useHeldFlow() {
  const flow = useReactFlow();
  useLayoutEffect(() => {
    holdFlow(flow);
    return () => holdFlow(undefined);
  }, [flow]);
}

/** Each graph of each document is looked at where it was left; first where the file says, or as a whole. */
function useCamera(uid: string, place: string, scene: Scene) {
  const store = useStoreApi();
  useLayoutEffect(() => {
    const notes = noting((camera) => {
      const opened = useDocuments.getState().opened.find((o) => o.doc.uid === uid);
      if (opened) show(uid, { cameras: { ...opened.cameras, [place]: camera } });
    });
    const end = store.subscribe(({ transform }, old) => {
      const [x, y, zoom] = transform;
      if (transform !== old.transform) notes.moved({ x, y, zoom });
    });
    return () => {
      end();
      notes.end(); // another graph comes: this one is left as it is now, or will be in a moment
    };
  }, [uid, place, store]);
  useLayoutEffect(() => {
    const doc = useDocuments.getState().opened.find((o) => o.doc.uid === uid)?.doc;
    useHand.setState({ focus: (doc && focuses.get(doc)) || undefined, renaming: undefined });
    return () => void (doc && focuses.set(doc, useHand.getState().focus ?? ''));
  }, [uid]);
  const looked = useRef<string>(undefined);
  const look = () => {
    const { width, height, panZoom } = store.getState();
    const here = `${uid} ${place}`;
    if (!panZoom || width === 0 || looked.current === here) return; // it is not there before React Flow's own effects
    looked.current = here;
    view.size = { width, height };
    const opened = useDocuments.getState().opened.find((o) => o.doc.uid === uid);
    if (!opened || arrive()) return;
    const kept = opened.cameras[place] ?? (place === '' ? cameraIn(opened.doc.raw, scene.nodes, view.size) : undefined);
    lookAt(kept ?? (scene.box ? cameraFor(scene.box, view.size) : { x: 0, y: 0, zoom: 1 }), false);
  };
  useLayoutEffect(look, [uid, place]);
  useEffect(look, [uid, place]);
}

const taken = (e: unknown) => e !== null && stopped(); // by a hand, and not by a way

export function Canvas() {
  const words = useWords().canvas;
  const theme = useSettings((s) => s.theme);
  const { doc, path, name } = useDocuments(useShallow((s) => {
    const { doc, path = NO_PATH, name } = s.opened.find((o) => o.doc.uid === s.active) ?? {};
    return { doc, path, name };
  }));
  const scene = useScene(doc, path);
  const uid = doc?.uid ?? '';
  const problems = useRuns((all) => all[uid]?.problems.length ?? 0);
  const focus = useHand((s) => s.focus);
  const tool = useSettings((s) => s.tool);

  view.uid = uid;
  view.scene = scene;
  const { bodies, far } = useBodies(scene);
  const nodes = useMemo(() => (doc ? bodies.map((b) => bodyOf(doc, b, scene.prefix)) : []), [doc, bodies, scene.prefix]);
  useHeldFlow();
  useCamera(uid, path.join(':'), scene);
  useLayoutEffect(repaint, [scene]);
  return (
    <ReactFlow
      className="graph"
      aria-label={name === undefined ? words.graph : words.summary(name, scene.nodes.length, scene.links.length, problems)}
      aria-activedescendant={focus !== undefined && stopOf(scene, focus) ? focusId(focus) : undefined}
      tabIndex={0}
      aria-roledescription={words.role}
      role="application"
      nodes={nodes}
      edges={NO_EDGES}
      nodeTypes={types}
      colorMode={theme}
      minZoom={LEAST_ZOOM}
      maxZoom={MOST_ZOOM}
      onMoveStart={taken}
      panOnDrag={tool === 'hand' ? HAND : PAN}
      data-tool={tool}
      data-far={far}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      elementsSelectable={false}
      zoomOnDoubleClick={false}
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      zoomActivationKeyCode={null}
      disableKeyboardA11y
      proOptions={{ hideAttribution: true }}
    >
      <Drawing />
      <Focus scene={scene} uid={uid} />
      <GraphMap scene={scene} />
      {doc && <Crumbs doc={doc} path={path} />}
      <Finding scene={scene} />
      {doc && scene.doc === doc && scene.nodes.length === 0 && (
        <EmptyGraph />
      )}
      <GroupName scene={scene} />
      <Hands />
      <Said />
    </ReactFlow>
  );
}

const EmptyGraph = late(() => import('./EmptyGraph.tsx').then((m) => m.EmptyGraph));
const Find = late(() => import('./Find.tsx').then((m) => m.Find));

function Finding({ scene }: { scene: Scene }) {
  const finds = useHand((s) => s.find);
  return finds && <Find scene={scene} />;
}

/** Whoever listens to pointer, wheel and keys on the canvas. */
function Hands() {
  const store = useStoreApi();
  useEffect(() => {
    const graph = store.getState().domNode;
    if (!graph) return;
    const ends = [startHolding(graph), startGestures(graph), startWheel(graph), startClipboard(graph), startFields(graph)];
    return () => ends.forEach((end) => end());
  }, [store]);
  return createPortal(<Menus />, document.body);
}

function Said() {
  return <div className="unseen" aria-live="polite">{useSaid((s) => s.said)}</div>;
}
