/** A union was not exhausted: a bug, found by the compiler where it can and here where it cannot. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
