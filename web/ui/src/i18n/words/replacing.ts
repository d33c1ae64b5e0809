// A node of another class in the place of one.
import { both } from '../both.ts';

export const replacing = both(
  {
    title: (node: string) => `Replace “${node}” with`,
    many: (nodes: number) => `Replace ${nodes} nodes with`,
    fits: 'all links stay',
    lost: (n: number) => (n === 1 ? 'loses 1 link' : `loses ${n} links`),
    done: (node: string) => `Replaced with ${node}`,
  },
  {
    title: (node) => `将“${node}”替换为`,
    many: (nodes) => `将 ${nodes} 个节点替换为`,
    fits: '保留所有连线',
    lost: (n) => `失去 ${n} 条连线`,
    done: (node) => `已替换为 ${node}`,
  },
);
