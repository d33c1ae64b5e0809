// The links of a node, to be cut one by one.
import { both } from '../both.ts';

export const cutting = both(
  {
    title: (node: string) => `Links of “${node}”`,
    many: (nodes: number) => `Links of ${nodes} nodes`,
    none: 'No links',
    into: (socket: string, from: string) => `${socket} ← ${from}`,
    out: (socket: string, to: string) => `${socket} → ${to}`,
    cut: (link: string) => `Cut ${link}`,
    all: 'Cut all',
    done: (n: number) => (n === 1 ? '1 link cut' : `${n} links cut`),
  },
  {
    title: (node) => `“${node}”的连线`,
    many: (nodes) => `${nodes} 个节点的连线`,
    none: '没有连线',
    into: (socket, from) => `${socket} ← ${from}`,
    out: (socket, to) => `${socket} → ${to}`,
    cut: (link) => `断开 ${link}`,
    all: '全部断开',
    done: (n) => `已断开 ${n} 条连线`,
  },
);
