// Files that are dropped on the graph, and what is pasted into it.
import { both } from '../both.ts';

export const placing = both(
  {
    into: (file: string, node: string) => `“${file}” is in ${node} now.`,
    many: (n: number) => `${n} files are in the graph, a node each.`,
    again: 'Try again',
    text: (text: string) => `A text was pasted: “${text}”`,
    asNode: 'Add it as a node',
    noLoader: {
      image: (file: string) => `“${file}”: no node of this server loads pictures.`,
      audio: (file: string) => `“${file}”: no node of this server loads sounds.`,
      video: (file: string) => `“${file}”: no node of this server loads films.`,
    },
  },
  {
    into: (file: string, node: string) => `“${file}”已放入 ${node}。`,
    many: (n: number) => `${n} 个文件已放入图中，各为一个节点。`,
    again: '重试',
    text: (text: string) => `粘贴了一段文本：“${text}”`,
    asNode: '添加为节点',
    noLoader: {
      image: (file: string) => `“${file}”：此服务器没有加载图像的节点。`,
      audio: (file: string) => `“${file}”：此服务器没有加载音频的节点。`,
      video: (file: string) => `“${file}”：此服务器没有加载视频的节点。`,
    },
  },
);
