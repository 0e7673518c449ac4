import { availableParallelism, cpus, loadavg } from 'node:os';
import { formatTable } from '../kit/table.ts';

/** One figure that a target was set for. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  readonly limit: number;
  /** Whether the measured figure must stay at or below the limit, or reach it. */
  readonly better: 'lower' | 'higher';
  readonly unit: string;
}

/** What a benchmark found: the table that people read, and the same as data. */
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
    return `${verdict}  ${target.name}: ${format(target.measured)} ${target.unit} (target ${sign} ${format(target.limit)})`;
  });
  return [report.how, '', formatTable(report.headings, report.rows), '', ...targets, ''].join('\n');
}

/** One report is an object, several are a list. */
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

/** Others' work on the machine makes every figure worse: it belongs to the result. */
const LOAD_BEFORE = loadavg()[0];

function format(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
