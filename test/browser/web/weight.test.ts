import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { scriptWeight } from '../../../ops/kit/clients/page/scriptWeight.ts';

const PAGE = path.resolve('dist/web');

it('a person can join after 200 kB of script; what only the meeting needs comes later', async () => {
  const { beforeJoining, everything } = await scriptWeight(PAGE);
  expect(beforeJoining).toBeLessThan(200_000);
  expect(beforeJoining).toBeGreaterThan(50_000); // Less would mean that imports are no longer followed.
  expect(everything).toBeGreaterThan(beforeJoining + 100_000);
});

it('the built page names no other host', async () => {
  const files = (await readdir(PAGE, { recursive: true })).filter((file) => /\.(html|css|webmanifest)$/u.test(file));
  const texts = await Promise.all(files.map((file) => readFile(path.join(PAGE, file), 'utf8')));
  const hosts = texts.flatMap((text) => text.match(/(?:https?:)?\/\/[\w.-]+\.\w+/gu) ?? []);
  expect(hosts.filter((host) => !host.endsWith('//www.w3.org'))).toEqual([]);
});
