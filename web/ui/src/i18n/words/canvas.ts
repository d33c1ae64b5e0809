// The canvas: what is said about the graph on it.
import { both } from '../both.ts';

export const canvas = both(
  {
    graph: 'Node graph',
  },
  {
    graph: '节点图',
  },
);
