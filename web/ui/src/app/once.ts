// What is under way is not begun again: who asks for the same meanwhile gets the same.
export function once<A extends unknown[], T>(key: (...of: A) => string, does: (...of: A) => Promise<T>): (...of: A) => Promise<T> {
  const under = new Map<string, Promise<T>>();
  return (...of) => {
    const which = key(...of);
    const there = under.get(which) ?? does(...of).finally(() => under.delete(which));
    under.set(which, there);
    return there;
  };
}
