// Sums in number fields: 512*2, (1024 - 64) / 8, 0,5. A comma is a point. Whole numbers stay exact, however large, as long
// as nothing but whole numbers comes of them. Signs may be as wide as a Chinese keyboard writes them: （１＋２）＊３, 0。5.

export type Num = number | bigint;

const TOKEN = /\s*(?:(\d+(?:[.,]\d*)?(?:[eE][+-]?\d+)?|[.,]\d+(?:[eE][+-]?\d+)?)|(.))/y;
const MOST_LONG = 200;

type Step = (a: Num, b: Num) => Num;

const both = (a: Num, b: Num): a is bigint => typeof a === 'bigint' && typeof b === 'bigint';

const STEPS: Record<string, Step> = {
  '+': (a, b) => (both(a, b) ? a + (b as bigint) : Number(a) + Number(b)),
  '-': (a, b) => (both(a, b) ? a - (b as bigint) : Number(a) - Number(b)),
  '*': (a, b) => (both(a, b) ? a * (b as bigint) : Number(a) * Number(b)),
  '/': (a, b) => (both(a, b) && b !== 0n && a % (b as bigint) === 0n ? a / (b as bigint) : Number(a) / Number(b)),
};

function readNumber(text: string): Num {
  const plain = text.replace(',', '.');
  return /^\d+$/.test(plain) ? BigInt(plain) : Number(plain);
}

const narrow = (text: string) => text.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replaceAll('。', '.');

function tokensOf(text: string): (Num | string)[] {
  const tokens: (Num | string)[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text))
    tokens.push(found[1] !== undefined ? readNumber(found[1]) : (found[2] ?? ''));
  return tokens;
}

/** What a text comes to: an integer beyond 2^53 is a bigint. Undefined where it is no sum, or comes to nothing finite. */
export function evaluate(text: string): Num | undefined {
  if (text.length > MOST_LONG) return undefined;
  const tokens = tokensOf(narrow(text).trim());
  let at = 0;

  function factor(): Num | undefined {
    const token = tokens[at++];
    if (token === undefined) return undefined;
    if (typeof token !== 'string') return token;
    if (token === '+' || token === '-') {
      const value = factor();
      return value === undefined || token === '+' ? value : -value;
    }
    if (token !== '(') return undefined;
    const value = chain('+-');
    return tokens[at++] === ')' ? value : undefined;
  }

  function chain(signs: '+-' | '*/'): Num | undefined {
    const next = () => (signs === '+-' ? chain('*/') : factor());
    let value = next();
    for (let sign = tokens[at]; value !== undefined && typeof sign === 'string' && signs.includes(sign); sign = tokens[at]) {
      at++;
      const right = next();
      value = right === undefined ? undefined : STEPS[sign]?.(value, right);
    }
    return value;
  }

  const value = chain('+-');
  if (value === undefined || at < tokens.length || (typeof value === 'number' && !Number.isFinite(value))) return undefined;
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
