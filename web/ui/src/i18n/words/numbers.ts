// Boxes, ranges and curves.
import { both } from '../both.ts';

export const numbers = both(
  {
    names: { x: 'x', y: 'y', width: 'width', height: 'height', min: 'from', max: 'to', midpoint: 'middle' },
    curve: (name: string, n: number) => `${name}: a curve through ${n} points`,
    next: (n: number, of: number) => `Point ${n} of ${of}: the next one`,
    add: 'A point in between',
    remove: 'Take this point away',
  },
  {
    names: { x: '横坐标', y: '纵坐标', width: '宽度', height: '高度', min: '从', max: '到', midpoint: '中点' },
    curve: (name: string, n: number) => `${name}：经过 ${n} 个点的曲线`,
    next: (n: number, of: number) => `第 ${n} 点，共 ${of} 点：下一个`,
    add: '在中间添加一点',
    remove: '移除此点',
  },
);
