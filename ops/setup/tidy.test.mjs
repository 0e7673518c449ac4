import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './places.mjs';

const COLUMNS = 120;
const LINES = 400;
const FOLDERS = 'core|recovery|signaling|client|web|reencoder|ops|test|docs';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)));
/** @param {string} file */
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
/** @param {RegExp} pattern */
const matching = (pattern) => files.filter((file) => pattern.test(file));

test('no line of code or comment is longer than 120 columns', () => {
  const tooLong = matching(/\.(ts|tsx|mjs|cjs|lua|css)$/).flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (isTooLong(line) ? [`${file}:${index + 1} has ${[...line].length} columns`] : [])),
  );
  expect(tooLong).toEqual([]);
});

test('no file of code is longer than 400 lines, comments included', () => {
  const tooLong = matching(/\.(ts|tsx|mjs|cjs)$/).flatMap((file) => {
    const lines = read(file).trimEnd().split('\n').length;
    return lines > LINES ? [`${file} has ${lines} lines`] : [];
  });
  expect(tooLong).toEqual([]);
});

test('every file and folder that a page of documentation names is there', () => {
  const missing = matching(/\.md$/)
    .filter((page) => page !== 'CHANGELOG.md')
    .flatMap((page) => namedIn(page).flatMap((path) => (isThere(path) ? [] : [`${page} names ${path}`])));
  expect(missing).toEqual([]);
});

/**
 * A text that cannot be broken (a string, a template, a pattern) may be longer: the formatter leaves it too.
 * @param {string} line
 */
function isTooLong(line) {
  if ([...line].length <= COLUMNS) return false;
  const text = line.trim();
  return text.startsWith('//') || text.startsWith('*') || text.startsWith('/*') || !/['"`/]/.test(text);
}

/**
 * Paths below the top folders that stand in code spans, indented code or links.
 * @param {string} page
 */
function namedIn(page) {
  const text = read(page).replaceAll(/https?:\/\/\S+/g, '');
  const paths = new RegExp(`(?<![\\w./@-])(?:${FOLDERS})/[\\w./*{},@-]*`, 'g');
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
  const blocks = text.split('\n').filter((line) => /^( {4}|\t)/.test(line));
  const named = [...spans, ...blocks].flatMap((part) => [...part.matchAll(paths)].map(([path]) => path));
  const linked = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => join(dirname(page), target ?? ''));
  return [...named.flatMap(alternatives), ...linked].map((path) => path.replace(/[.,]+$/, ''));
}

/**
 * `a/{b,c}.ts` names two files.
 * @param {string} path
 * @returns {string[]}
 */
function alternatives(path) {
  const braces = /\{([^{}]*)\}/.exec(path);
  if (!braces) return [path];
  const [all, list = ''] = braces;
  return list.split(',').flatMap((part) => alternatives(path.replace(all, part)));
}

/** @param {string} path */
function isThere(path) {
  if (!path.includes('*')) {
    const found = statSync(join(ROOT, path), { throwIfNoEntry: false });
    return found !== undefined && (!path.endsWith('/') || found.isDirectory());
  }
  const pattern = new RegExp(
    `^${path
      .replaceAll('.', '\\.')
      .replaceAll('**', '.+')
      .replaceAll(/(?<!\.)\*/g, '[^/]*')}`,
  );
  return files.some((file) => pattern.test(file));
}
