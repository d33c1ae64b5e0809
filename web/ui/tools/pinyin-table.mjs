// pinyin-table.mjs: prints the table of src/defs/pinyin.ts, "a2 ai13 …": how many characters of GB 2312's first level, which
// stand in the order of their sounds, have each sound. Run by hand where pinyin-pro is (npm install --no-save pinyin-pro@3.29.4).
import { pinyin } from 'pinyin-pro';

const decoder = new TextDecoder('gbk');
const chars = [];
for (let row = 0xb0; row <= 0xd7; row++)
  for (let cell = 0xa1; cell <= (row === 0xd7 ? 0xf9 : 0xfe); cell++) chars.push(decoder.decode(new Uint8Array([row, cell])));

const sounds = chars.map((c) => [...new Set(pinyin(c, { multiple: true, toneType: 'none', type: 'array', v: true }))]);
const order = (sound) => (sound.endsWith('ve') ? sound.replace('v', 'u') : sound.replace('v', 'u!'));
const all = [...new Set(sounds.flat())].filter((s) => /^[a-z]+$/.test(s)).sort((a, b) => (order(a) < order(b) ? -1 : 1));

// Of the sounds that each character may have, the ones that never go back: the fewest exceptions over the whole list.
let cost = all.map(() => 0);
const came = chars.map((_, i) => {
  let [low, at] = [Infinity, 0];
  const from = [];
  cost = cost.map((c, j) => {
    if (c < low) [low, at] = [c, j];
    from.push(at);
    return low + (sounds[i].includes(all[j]) ? 0 : 1);
  });
  return from;
});
let at = cost.indexOf(Math.min(...cost));
const found = came.map(() => '');
for (let i = chars.length - 1; i >= 0; i--) {
  found[i] = all[at];
  at = came[i][at];
}
const runs = [];
for (const sound of found) {
  const last = runs.at(-1);
  if (last?.[0] === sound) last[1]++;
  else runs.push([sound, 1]);
}
console.log(runs.map(([sound, n]) => sound + n).join(' '));
