import { parseSync } from 'vite';
import { expect, it } from 'vitest';

const SOURCES = import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.*', '!../{gallery,node_modules}/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
});
const ENGLISH = import.meta.glob<unknown>('./en/*.json', { eager: true, import: 'default' });

/** Properties, and attributes of elements and components, whose text people see or hear. */
const SEEN = /^(text|.*([tT]itle|[lL]abel|[hH]int|[aA]dvice))$/u;
const SEEN_ATTRIBUTE =
  /^(aria-(label|description|roledescription|valuetext)|alt|placeholder|problem|tip|confirm|cancel)$/u;
/** Words that are the same in every language. */
const NAMES = new Set(['Everroom']);

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function collect(value: unknown, into: Node[]): Node[] {
  if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (isNode(value)) {
    into.push(value);
    for (const child of Object.values(value)) if (typeof child === 'object') collect(child, into);
  }
  return into;
}

function parsed(source: string, path = 'part.tsx'): Node[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  return collect(program, []);
}

const MODULES = Object.entries(SOURCES).map(([path, source]) => ({ path, nodes: parsed(source, path) }));

/** Returns the words that an expression can come to without a call: literals, also those between which it chooses. */
function wordsOf(value: unknown): string[] {
  if (!isNode(value)) return [];
  switch (value.type) {
    case 'Literal':
    case 'JSXText':
      return typeof value.value === 'string' ? [value.value.trim()] : [];
    case 'TemplateLiteral':
      return nodesIn(value.quasis).map(({ value: text }) => String(Reflect.get(Object(text), 'cooked')).trim());
    case 'ConditionalExpression':
      return [value.consequent, value.alternate].flatMap(wordsOf);
    case 'LogicalExpression':
    case 'BinaryExpression':
      return value.operator === '===' || value.operator === '!==' ? [] : [value.left, value.right].flatMap(wordsOf);
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
      return wordsOf(value.expression);
    default:
      return [];
  }
}

const nodesIn = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

function nameOf(value: unknown): string {
  return isNode(value) ? String(value.name ?? value.value) : '';
}

/** Returns what people would read in English in every language. */
function untranslated(nodes: readonly Node[]): string[] {
  return nodes
    .flatMap((node) => {
      if (node.type === 'JSXElement' || node.type === 'JSXFragment') return nodesIn(node.children).flatMap(wordsOf);
      if (node.type === 'Property') return SEEN.test(nameOf(node.key)) ? wordsOf(node.value) : [];
      const name = node.type === 'JSXAttribute' ? nameOf(node.name) : '';
      return SEEN.test(name) || SEEN_ATTRIBUTE.test(name) ? wordsOf(node.value) : [];
    })
    .filter((words) => /\p{L}{2}/u.test(words) && !NAMES.has(words) && !isKey(words));
}

const isKey = (text: string) => /^[a-z]+:[\w.]*$/u.test(text);

it('every text of the page is translated', () => {
  const found = MODULES.flatMap(({ path, nodes }) => untranslated(nodes).map((words) => `${path}: ${words}`));
  expect(found).toEqual([]);
});

it.each([
  '<p>Hello there</p>',
  '<p>{late ? "Hello" : name}</p>',
  '<p>{`Hello $' + '{name}`}</p>',
  '<button aria-label="Close" />',
  '<Field hint={late && "Too late"} />',
  'const notice = { title: "Hello", advice: name };',
])('a text that is not translated is found in %s', (source) => {
  expect(untranslated(parsed(source))).toHaveLength(1);
});

/** Returns the English texts by "area:key", without the forms of counted ones. */
function english(): Map<string, string> {
  const texts = new Map<string, string>();
  const add = (key: string, value: unknown): void => {
    if (typeof value === 'string') texts.set(key.replace(/_(one|other)$/u, ''), value);
    else for (const [name, inner] of Object.entries(value ?? {})) add(key === '' ? name : `${key}.${name}`, inner);
  };
  for (const [path, content] of Object.entries(ENGLISH)) {
    const area = new Map<string, unknown>(Object.entries(content ?? {}));
    for (const [name, value] of area) add(`${/(\w+)\.json$/u.exec(path)?.[1]}:${name}`, value);
  }
  return texts;
}

it('every text is used, and is given what its placeholders name', () => {
  const texts = english();
  const unused = new Set(texts.keys());
  const wrong: string[] = [];
  for (const { path, nodes } of MODULES) {
    for (const node of nodes) {
      const pattern = keyPattern(node);
      if (pattern) for (const key of unused) if (pattern.test(key)) unused.delete(key);
      if (node.type !== 'CallExpression') continue;
      const [key, values] = nodesIn(node.arguments);
      const text = key?.type === 'Literal' ? texts.get(String(key.value)) : undefined;
      if (text === undefined || !isWhole(values)) continue;
      const given = nodesIn(values?.properties).map(({ key }) => nameOf(key));
      const missing = [...text.matchAll(/\{\{\s*(\w+)/gu)]
        .map(([, name]) => name ?? '')
        .filter((name) => !given.includes(name));
      if (missing.length > 0) wrong.push(`${path}: ${nameOf(key)} lacks ${missing}`);
    }
  }
  expect(wrong).toEqual([]);
  expect([...unused]).toEqual([]);
});

/** Returns whether the source shows all that is given. */
function isWhole(values: Node | undefined): boolean {
  if (values === undefined) return true;
  return values.type === 'ObjectExpression' && nodesIn(values.properties).every(({ type }) => type === 'Property');
}

/** Returns which keys a literal or a template may name. */
function keyPattern(node: Node): RegExp | null {
  if (node.type !== 'Literal' && node.type !== 'TemplateLiteral') return null;
  const parts = wordsOf(node);
  return isKey(parts[0] ?? '')
    ? new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('.+')}$`, 'u')
    : null;
}
