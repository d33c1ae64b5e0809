// The links of a node: each is cut by itself, given a point, or gone along.
import { both } from '../both.ts';

export const cutting = both(
  {
    title: (node: string) => `Links of “${node}”`,
    many: (nodes: number) => `Links of ${nodes} nodes`,
    none: 'No links',
    into: (socket: string, from: string) => `${socket} ← ${from}`,
    out: (socket: string, to: string) => `${socket} → ${to}`,
    cut: (link: string) => `Cut ${link}`,
    point: (link: string) => `Put a point on ${link}`,
    goTo: (link: string) => `Go to the point on ${link}`,
    set: 'Point set: Ctrl and the arrow keys move it, Delete removes it',
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
    point: (link) => `在 ${link} 上添加转接点`,
    goTo: (link) => `转到 ${link} 上的转接点`,
    set: '已添加转接点：Ctrl+方向键移动，Delete 移除',
    all: '全部断开',
    done: (n) => `已断开 ${n} 条连线`,
  },
);
