// A workflow in few strokes: its nodes and groups as boxes, where the file has them.
import { around, pairOf, type Box } from '../doc/geometry.ts';
import type { Document } from '../doc/document.ts';
import { groupsOf } from '../doc/groups.ts';

const MOST = 300;
const LEAST = 40; // of a node whose size nobody noted

const boxOf = (node: Parameters<typeof pairOf>[0]): Box => {
  const [x, y] = pairOf(node, 'pos');
  const [width, height] = pairOf(node, 'size');
  return { x, y, width: Math.max(LEAST, width), height: Math.max(LEAST, height) };
};

export function Sketch({ doc, label }: { doc: Document; label: string }) {
  const nodes = doc.nodes().slice(0, MOST).map(boxOf);
  const groups = groupsOf(doc.raw).slice(0, MOST);
  const all = around([...nodes, ...groups]) ?? { x: 0, y: 0, width: 1, height: 1 };
  const air = Math.max(all.width, all.height) * 0.05;
  const view = [all.x - air, all.y - air, all.width + 2 * air, all.height + 2 * air].map(Math.round).join(' ');
  const width = Math.max(all.width, all.height) / 60;
  return (
    <svg className="sketch" viewBox={view} role="img" aria-label={label}>
      {groups.map((g, i) => (
        <rect key={`g${i}`} className="group" x={g.x} y={g.y} width={g.width} height={g.height} strokeWidth={width} />
      ))}
      {nodes.map((n, i) => (
        <rect key={i} x={n.x} y={n.y} width={n.width} height={n.height} rx={width} />
      ))}
    </svg>
  );
}
