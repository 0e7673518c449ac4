import { expect, test } from 'vitest';
import { allQueries, grafanaDashboard, prometheusRules, readQuery } from '../../test/support/promql.ts';

test('every query of the rules and the dashboard is PromQL', () => {
  const queries = allQueries();
  const read = queries.map(readQuery);
  expect(queries.length).toBeGreaterThan(30);
  expect(read.filter(({ error }) => error !== null)).toEqual([]);
  expect(queries.filter((_, index) => read[index]?.metrics.length === 0)).toEqual([]);
});

test.each(['sum(', 'rate(a[5m)', 'a{b=}', 'sum by a'])('%s is not PromQL', (query) => {
  expect(readQuery(query).error).toContain(query);
});

test('a query tells its metrics and its labels', () => {
  const query = 'sum by (instance) (rate(a_total{code="X"}[5m])) / ignoring (peer) b';
  expect(readQuery(query)).toEqual({ error: null, metrics: ['a_total', 'b'], labels: ['instance', 'code', 'peer'] });
});

test('every panel says what it shows and in which unit, and no two lie on each other', () => {
  const { panels } = grafanaDashboard();
  const shown = panels.filter(({ type }) => type !== 'row');
  const silent = shown.filter(
    ({ description, fieldConfig, targets }) =>
      !description?.endsWith('.') || !fieldConfig?.defaults.unit || targets.length === 0,
  );
  expect(silent.map(({ title }) => title)).toEqual([]);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});

test('rules use what is recorded before them', () => {
  const recorded = new Set<string>();
  for (const rule of prometheusRules()) {
    for (const metric of readQuery(rule.expr).metrics) {
      if (metric.includes(':')) expect(recorded).toContain(metric);
    }
    if ('record' in rule) recorded.add(rule.record);
  }
});
