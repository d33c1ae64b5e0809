// Files that are opened, and what is said of those that cannot be.
import { both } from '../both.ts';

export const opening = both(
  {
    pasted: 'Pasted',
    elsewhere: 'it is not on this server',
    unreachable: (name: string, why: string) => `“${name}” could not be read: ${why}`,
    placed: (name: string) => `“${name}” carries no workflow: it is in the graph as a node.`,
    notPlaced: (name: string, why: string) => `“${name}” could not be put into the graph: ${why}`,
    absent: (name: string, links: string) => `“${name}” has links to what is not there: ${links}`,
    refused: (name: string, why: string) => `“${name}” could not be opened: ${why}`,
    brought: (name: string, n: number) => (n === 1 ? `The picture of “${name}” is in the input folder.` : `The ${n} pictures of “${name}” are in the input folder.`),
    warned: (name: string, all: string) => `“${name}”: ${all}`,
    plugins: (name: string, all: string) => `“${name}” needs plugins that are not here: ${all}`,
    faults: {
      'too-large': (name: string, _: string) => `“${name}” is larger than 100 MB.`,
      nothing: (name: string, _: string) => `“${name}” carries no workflow.`,
      other: (name: string, _: string) => `“${name}” is JSON, but no workflow.`,
      damaged: (name: string, why: string) => `“${name}” is damaged: ${why}`,
    },
  },
  {
    pasted: '粘贴的工作流',
    elsewhere: '它不在此服务器上',
    unreachable: (name, why) => `无法读取“${name}”：${why}`,
    placed: (name) => `“${name}”中没有工作流，已作为节点放入画布。`,
    notPlaced: (name, why) => `无法把“${name}”放入画布：${why}`,
    absent: (name, links) => `“${name}”中有连线指向不存在的节点：${links}`,
    refused: (name, why) => `无法打开“${name}”：${why}`,
    brought: (name, n) => `“${name}”中的 ${n} 张图像已放入输入文件夹。`,
    warned: (name, all) => `打开“${name}”时：${all}`,
    plugins: (name, all) => `“${name}”需要此处没有的插件：${all}`,
    faults: {
      'too-large': (name, _) => `“${name}”超过 100 MB。`,
      nothing: (name, _) => `“${name}”中没有工作流。`,
      other: (name, _) => `“${name}”是 JSON，但不是工作流。`,
      damaged: (name, why) => `“${name}”已损坏：${why}`,
    },
  },
);
