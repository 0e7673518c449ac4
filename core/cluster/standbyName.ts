/** Returns the name of the node that stands by for a server: a name is taken by one process at a time. */
export function standbyName(name: string): string {
  return `${name}-standby`;
}
