import { availableParallelism, cpus, loadavg } from 'node:os';
import { formatTable } from '../kit/table.ts';

/** A measured figure with its target. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  readonly limit: number;
  /** `lower`: the figure must not exceed the limit; `higher`: it must reach the limit. */
  readonly better: 'lower' | 'higher';
  readonly unit: string;
}

/** The result of a benchmark: a table for people, and the same as data. */
export interface BenchReport {
  readonly bench: string;
  readonly runs: number;
  readonly how: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly targets: readonly Target[];
}

function isMet({ measured, limit, better }: Target): boolean {
  return better === 'lower' ? measured <= limit : measured >= limit;
}

export function formatReport(report: BenchReport): string {
  const targets = report.targets.map((target) => {
    const verdict = isMet(target) ? 'met' : 'MISSED';
    const sign = target.better === 'lower' ? '≤' : '≥';
    const limit = `(target ${sign} ${format(target.limit)})`;
    return `${verdict}  ${target.name}: ${format(target.measured)} ${target.unit} ${limit}`;
  });
  return [report.how, '', formatTable(report.headings, report.rows), '', ...targets, ''].join('\n');
}

/** JSON of the reports: one is an object, several are a list. */
export function toJson(reports: readonly BenchReport[]): string {
  const written = reports.map(toData);
  return `${JSON.stringify(written.length === 1 ? written[0] : written, null, 2)}\n`;
}

function toData(report: BenchReport): object {
  const { headings, rows, ...rest } = report;
  const results = rows.map((row) => Object.fromEntries(headings.map((heading, column) => [heading, row[column]])));
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    loadBefore: LOAD_BEFORE,
    loadAfter: loadavg()[0],
  };
  const targets = report.targets.map((target) => ({ ...target, met: isMet(target) }));
  return { ...rest, machine, results, targets };
}

/** Other work on the machine makes every figure worse, so its load belongs to the result. */
const LOAD_BEFORE = loadavg()[0];

function format(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
