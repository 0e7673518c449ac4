import { readFileSync } from 'node:fs';
import { Html } from './html.ts';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The look of a report: light, dark and printed. Charts stretch; their texts do not. */
export const styleSheet = new Html(['page.css', 'charts.css', 'print.css'].map(read).join('\n'));
