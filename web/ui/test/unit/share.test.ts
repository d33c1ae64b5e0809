// Sharing: what the server says of it, what it is asked for, and the names of files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNewest } from '../../src/net/newest.ts';
import { bodyOf, fileNameOf, readInside } from '../../src/share/pack.ts';
import { readShared } from '../../src/share/read-shared.ts';

test('what is asked for has the workflow as it stands, with all digits of its numbers', () => {
  const workflow = '{"seed": 18446744073709551615, "cfg": 7.0}';
  const body = bodyOf(workflow, { title: 'A "b"', author: '', licence: '' }, { filename: 'a.png', subfolder: 's', type: 'output', version: '1' }, false);
  assert.ok(body.startsWith(`{"workflow":${workflow},`));
  const read = JSON.parse(body) as Record<string, unknown>;
  assert.deepEqual([read['title'], read['digests'], read['picture']], ['A "b"', false, { filename: 'a.png', subfolder: 's', type: 'output' }]);
  assert.equal((JSON.parse(bodyOf('{}')) as Record<string, unknown>)['picture'], undefined);
});

test('what is in a bundle is read, and what is none of it is left out', () => {
  const inside = readInside({
    pictures: [{ name: 'cat.png', bytes: 5, here: true }, 3], models: [{ folder: 'loras', name: 'x', bytes: 0, here: false, family: 'SDXL' }, null],
    plugins: [{ id: 'org.x', version: '1' }, {}], notes: ['n', 4], removed: ['r'],
  });
  assert.deepEqual(inside.pictures, [{ name: 'cat.png', bytes: 5, here: true }]);
  assert.deepEqual(inside.models, [{ name: 'x', bytes: 0, here: false, folder: 'loras', family: 'SDXL' }]);
  assert.deepEqual([inside.plugins, inside.notes, inside.removed], [['org.x 1'], ['n'], ['r']]);
  for (const odd of [undefined, null, 3, [], { models: 3 }]) assert.deepEqual(readInside(odd), { pictures: [], models: [], plugins: [], notes: [], removed: [] });
});

test('a name becomes one that every disk takes', () => {
  assert.equal(fileNameOf('portraits/har:bour', 'bundle'), 'portraits-har-bour.limn');
  assert.deepEqual(['..', '', ' a ', '圆'].map((n) => fileNameOf(n, 'png')), ['workflow.png', 'workflow.png', 'a.png', '圆.png']);
});

test('shared pipelines have a title, whoever gave it', () => {
  const { shared, files, leftOut } = readShared({
    shared: true, reading: false, left_out: 2,
    files: [{ name: 'a/b.json', error: 'e' }, { name: 'team/one.limn', title: 'Circles', author: 'Ann', read: true, picture: true, models: [{ folder: 'vae', name: 'v', here: false }] }, {}, 5],
  });
  assert.deepEqual([shared, leftOut, files.map((f) => `${f.folder}|${f.title}|${f.error ?? ''}`)], [true, 2, ['team|Circles|', 'a|b|e']]);
  assert.deepEqual(files[0]?.models, [{ name: 'v', here: false }]);
  assert.equal(readShared(null).shared, false);
});

test('the newest picture of each workflow is known by the workflow', () => {
  const all = readNewest({ files: [{ name: 'a.png', subfolder: 's', mtime: 5, workflow: 'portraits/one' }, { name: 'b.png', workflow: '' }, 3] });
  assert.deepEqual([...all], [['portraits/one', { filename: 'a.png', subfolder: 's', type: 'output', version: '5' }]]);
});
