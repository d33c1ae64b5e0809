// What is done with a picture by its own menu.
import { both } from '../both.ts';

export const picture = both(
  {
    menu: 'Picture',
    save: 'Save as a file',
    copy: 'Copy picture',
    copied: 'The picture is in the clipboard',
    compareWith: (name: string) => `Compare with ${name}`,
    further: 'The node’s menu …',
  },
  {
    menu: '图像',
    save: '保存为文件',
    copy: '复制图像',
    copied: '图像已复制到剪贴板',
    compareWith: (name) => `与 ${name} 比较`,
    further: '节点菜单……',
  },
);
