// Colours of nodes and groups.
import { both } from '../both.ts';

export const colours = both(
  {
    title: 'Colour',
    own: 'Another colour',
    names: {
      none: 'None', red: 'Red', brown: 'Brown', green: 'Green', blue: 'Blue', pale: 'Pale blue', cyan: 'Cyan', purple: 'Purple', yellow: 'Yellow',
      black: 'Black',
    },
    done: (name: string) => `Colour: ${name}`,
  },
  {
    title: '颜色',
    own: '其他颜色',
    names: {
      none: '无', red: '红色', brown: '棕色', green: '绿色', blue: '蓝色', pale: '浅蓝', cyan: '青色', purple: '紫色', yellow: '黄色', black: '黑色',
    },
    done: (name) => `颜色：${name}`,
  },
);
