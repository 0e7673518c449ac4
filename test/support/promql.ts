import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { z } from 'zod';

const folder = new URL('../../ops/monitoring/', import.meta.url);

const rule = z.union([
  z.strictObject({ record: z.string(), expr: z.string() }),
  z.strictObject({
    alert: z.string(),
    expr: z.string(),
    for: z.string().optional(),
    labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
    annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1) }),
  }),
]);
const rules = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) });

const panel = z.object({
  title: z.string().min(1),
  type: z.string(),
  description: z.string().optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }).optional(),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
});
const dashboard = z.object({
  panels: z.array(panel),
  annotations: z.object({ list: z.array(z.object({ expr: z.string() })) }),
  templating: z.object({ list: z.array(z.object({ query: z.union([z.string(), z.object({ query: z.string() })]) })) }),
});

export function prometheusRules() {
  const text = readFileSync(new URL('prometheus-rules.yml', folder), 'utf8');
  return rules.parse(parse(text)).groups.flatMap((group) => group.rules);
}

export function grafanaDashboard() {
  return dashboard.parse(JSON.parse(readFileSync(new URL('grafana-dashboard.json', folder), 'utf8')));
}

/** The queries of the rules and of the dashboard, as Prometheus gets them. */
export function allQueries(): string[] {
  const { panels, annotations } = grafanaDashboard();
  const drawn = [...panels.flatMap(({ targets }) => targets), ...annotations.list].map(({ expr }) => expr);
  return [...prometheusRules().map(({ expr }) => expr), ...drawn].map((expr) =>
    expr.replaceAll('$__rate_interval', '5m'),
  );
}

export interface ReadQuery {
  /** Where the parser stumbled; null if it did not. */
  readonly error: string | null;
  readonly metrics: readonly string[];
  /** Labels that it selects or groups by. */
  readonly labels: readonly string[];
}

export function readQuery(query: string): ReadQuery {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  let error: string | null = null;
  parser.parse(query).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) error ??= `${query}, at character ${from}`;
      const text = query.slice(from, to);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.add(text);
      if (type.name === 'LabelName') labels.add(text);
    },
  });
  return { error, metrics: [...metrics], labels: [...labels] };
}
