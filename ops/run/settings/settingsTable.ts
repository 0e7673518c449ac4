import { describeSettings } from './settings.ts';

/** The settings as a Markdown table for the README. Run this file to print it. */
export function settingsTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = describeSettings().map(
    ({ name, shownDefault, description }) => `| \`${name}\` | ${cell(shownDefault)} | ${cell(description)} |`,
  );
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

if (import.meta.main) process.stdout.write(`${settingsTable()}\n`);
