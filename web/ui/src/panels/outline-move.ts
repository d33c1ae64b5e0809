// A node goes into a group: to its lower left, below what is there; the group grows around it.
import type { GroupView, NodeView, Scene } from '../canvas/scene.ts';
import { moveItems, resizeGroup } from '../doc/ops-groups.ts';
import type { At } from '../doc/wire.ts';

const AIR = 20;

export function moveToGroup(at: At, scene: Scene, node: NodeView, group: GroupView) {
  const inside = scene.nodes.filter((n) => n !== node && n.x >= group.x && n.x + n.width <= group.x + group.width && n.y >= group.y && n.y + n.height <= group.y + group.height);
  const below = Math.max(group.y + group.title, ...inside.map((n) => n.y + n.height));
  const [x, y] = [group.x + AIR, below + AIR];
  at.doc.together(() => {
    moveItems(at, { nodes: [node.shape.id] }, x - node.x, y - node.y);
    resizeGroup(at, scene.groups.indexOf(group), {
      x: group.x,
      y: group.y,
      width: Math.max(group.width, node.width + 2 * AIR),
      height: Math.max(group.height, y + node.height + AIR - group.y),
    });
  });
}
