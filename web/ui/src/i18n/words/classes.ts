// What is said over the canvas when the server's node classes could not be had.
import { both } from '../both.ts';

export const classes = both(
  {
    failed: (why: string) => `The server's node classes could not be read (${why}). Until they are, nodes have neither fields nor names here; nothing of a file is lost.`,
    stale: (why: string) => `The server's node classes could not be read (${why}). They are shown as they were the last time.`,
    again: 'Ask again',
  },
  {
    failed: (why) => `无法读取服务器的节点定义（${why}）。在此之前，节点没有参数和名称，文件内容不会丢失。`,
    stale: (why) => `无法读取服务器的节点定义（${why}）。目前显示的是上次的定义。`,
    again: '重新读取',
  },
);
