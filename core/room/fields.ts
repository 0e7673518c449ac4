/**
 * How values of a room travel to clients. A `Field` picks what an audience sees of a value, and reads it on arrival.
 * Objects have a field for each property, so that a property without one does not travel.
 */

/** Hosts see who knocks, is admitted and is banned; no other participant does. */
export type Audience = 'host' | 'participant';

export interface Field<V> {
  redact(value: V, audience: Audience): V;
  /** @throws Unreadable when this version does not know what arrived */
  read(value: unknown, path: string): V;
}

export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** This version does not know what arrived: the other side may be a newer one. */
export class Unreadable extends Error {
  constructor(path: string) {
    super(`${path} cannot be read: it may come from a newer version`);
    this.name = 'Unreadable';
  }
}

function seen<V>(is: (value: unknown) => value is V): Field<V> {
  return {
    redact: (value) => value,
    read(value, path) {
      if (is(value)) return value;
      throw new Unreadable(path);
    },
  };
}

export const text = seen((value): value is string => typeof value === 'string');
export const number = seen((value): value is number => Number.isFinite(value));
export const flag = seen((value): value is boolean => typeof value === 'boolean');

/** `words` holds every member of V by its type. */
export function oneOf<V extends string>(words: Readonly<Record<V, true>>): Field<V> {
  return seen((value): value is V => typeof value === 'string' && Object.hasOwn(words, value));
}

export function orNull<V>(field: Field<V>): Field<V | null> {
  return {
    redact: (value, audience) => (value === null ? null : field.redact(value, audience)),
    read: (value, path) => (value === null ? null : field.read(value, path)),
  };
}

/** Nobody sees the value: everybody gets `neutral`, whatever it is and whatever arrives. */
export function hidden<V>(neutral: V): Field<V> {
  return { redact: () => neutral, read: () => neutral };
}

/**
 * A property that some servers of the same protocol do not send yet, and old journals lack: their rooms had `before`.
 */
export function added<V>(field: Field<V>, before: V): Field<V> {
  return {
    redact: (value, audience) => field.redact(value === undefined ? before : value, audience),
    read: (value, path) => (value === undefined ? before : field.read(value, path)),
  };
}

/** A property that need not be there. */
export function optional<V>(field: Field<V>): Field<V | undefined> {
  return {
    redact: (value, audience) => (value === undefined ? undefined : field.redact(value, audience)),
    read: (value, path) => (value === undefined ? undefined : field.read(value, path)),
  };
}

/** Clients see that there is a value, but not the value. */
export function marked(marker: string): Field<string> {
  return hidden(marker);
}

export function forHosts<V>(field: Field<V>, neutral: V): Field<V> {
  return {
    redact: (value, audience) => (audience === 'host' ? field.redact(value, audience) : neutral),
    read: (value, path) => field.read(value, path),
  };
}

/** Keeps the named properties of an object and no others. */
export function object<T extends object>(fields: Fields<T>): Field<T> {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  return {
    redact(value, audience) {
      const from = value as Record<string, unknown>;
      return present(entries.map(([name, field]) => [name, field.redact(from[name], audience)])) as T;
    },
    read(value, path) {
      const from = toRecord(value, path);
      return present(entries.map(([name, field]) => [name, field.read(from[name], `${path}.${name}`)])) as T;
    },
  };
}

/** A property that is left out has no name either: copies that came by different ways are deeply equal. */
function present(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Redacts each value once for each audience: for values that never change, and are asked for again and again. */
export function once<T extends object>(field: Field<T>): Field<T> {
  const known = { host: new WeakMap<T, T>(), participant: new WeakMap<T, T>() };
  return {
    redact(value, audience) {
      const redacted = known[audience].get(value) ?? field.redact(value, audience);
      known[audience].set(value, redacted);
      return redacted;
    },
    read: field.read,
  };
}

/** The fields of each variant of T besides `key`, which tells the variants apart. */
export type Variants<T, Key extends keyof T> = {
  readonly [Name in T[Key] & string]: Fields<Omit<Extract<T, Readonly<Record<Key, Name>>>, Key>>;
};

export function union<T extends object, Key extends keyof T & string>(key: Key, variants: Variants<T, Key>): Field<T> {
  const fields = new Map(
    Object.entries(variants).map(([name, rest]) => [name, object({ [key]: text, ...(rest as Fields<object>) })]),
  );
  const fieldOf = (value: object, path: string): Field<object> => {
    const name = (value as Record<string, unknown>)[key];
    const field = typeof name === 'string' ? fields.get(name) : undefined;
    if (!field) throw new Unreadable(`${path}.${key} ${JSON.stringify(name)}`);
    return field;
  };
  return {
    redact: (value, audience) => fieldOf(value, '').redact(value, audience) as T,
    read: (value, path) => fieldOf(toRecord(value, path), path).read(value, path) as T,
  };
}

export function list<V>(field: Field<V>): Field<readonly V[]> {
  return {
    redact: (values, audience) => values.map((value) => field.redact(value, audience)),
    read: (values, path) => toArray(values, path).map((value, index) => field.read(value, `${path}[${index}]`)),
  };
}

/** A map whose values know their keys; it travels as a list of values. */
export function keyed<V>(field: Field<V>, keyOf: (value: V) => string): Field<ReadonlyMap<string, V>> {
  const values = list(field);
  const toMap = (items: readonly V[]) => new Map(items.map((item) => [keyOf(item), item]));
  return {
    redact: (map, audience) => toMap(values.redact([...map.values()], audience)),
    read: (items, path) => toMap(values.read(items, path)),
  };
}

/** A set, which travels as a list of its members. */
export function setOf<V>(field: Field<V>): Field<ReadonlySet<V>> {
  const members = list(field);
  return {
    redact: (set, audience) => new Set(members.redact([...set], audience)),
    read: (items, path) => new Set(members.read(items, path)),
  };
}

/** Turns maps and sets into lists, at any depth: JSON can carry them, and `read` reads them. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value.values()].map(toPlain);
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toPlain(item)]));
}

function toRecord(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Unreadable(path);
}

function toArray(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Unreadable(path);
}
