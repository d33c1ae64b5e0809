// What a sentence offers to take back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useToasts } from '../../src/app/toasts.ts';
import { undoing } from '../../src/app/undoing.ts';
import { Document } from '../../src/doc/document.ts';
import { languages } from '../../src/i18n/languages.ts';

test('a sentence takes back its own step; where something came since it says so and touches nothing', () => {
  const doc = new Document('{"nodes": [], "links": [], "a": 1}');
  const put = (value: number) => doc.transact('story', (e) => e.set(doc.raw, 'a', value));
  put(2);
  undoing(doc).run();
  assert.equal(doc.raw['a'], 1);
  put(3);
  const back = undoing(doc);
  put(4);
  back.run();
  assert.equal(doc.raw['a'], 4);
  assert.equal(useToasts.getState().toasts.at(-1)?.says(languages.en), languages.en.app.changedSince);
});
