// What node classes, their categories and their inputs are called in Chinese, in one piece that is loaded when it is wanted,
// with the page's own words.
import '../i18n/zh.ts';
import { zhInputs } from './zh-inputs.ts';
import { zhCategories, zhNodes } from './zh-nodes.ts';

export type Names = Readonly<Record<'nodes' | 'inputs' | 'categories', Readonly<Record<string, string>>>>;

export const names: Names = { nodes: zhNodes, inputs: zhInputs, categories: zhCategories };
