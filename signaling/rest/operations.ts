import { z } from 'zod';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { METRICS_TYPE } from '../SignalingMetrics.ts';
import { NOTHING, route } from './Route.ts';
import * as shapes from './shapes.ts';

export const pageConfig = route({
  method: 'GET',
  path: '/api/config',
  operationId: 'pageConfig',
  summary: 'What a page must know before it joins.',
  access: 'everybody',
  params: NOTHING,
  responses: { 200: { description: 'The configuration.', schema: shapes.PageConfig } },
  errors: [],
  async handle({ nodeUrl, person, context: { canSignIn, nodes, openRoomCreation, frameAncestors, version } }) {
    const body = {
      version,
      protocol: PROTOCOL_VERSION,
      openRoomCreation: openRoomCreation === true || (openRoomCreation === 'signed-in' && person !== null),
      signIn: canSignIn ? { person: person && { name: person.name }, creates: openRoomCreation !== false } : null,
      frameAncestors,
      nodes: nodes.urls(nodeUrl),
    };
    return { status: 200, body };
  },
});

export const livez = route({
  method: 'GET',
  path: '/livez',
  operationId: 'livez',
  summary: 'Whether the process answers.',
  access: 'everybody',
  params: NOTHING,
  responses: { 200: { description: 'It does.', schema: NOTHING } },
  errors: [],
  async handle() {
    return { status: 200, body: {} };
  },
});

export const readyz = route({
  method: 'GET',
  path: '/readyz',
  operationId: 'readyz',
  summary: 'Whether new participants should be sent here.',
  access: 'everybody',
  params: NOTHING,
  responses: {
    200: { description: 'They should.', schema: shapes.Readiness },
    503: { description: 'They should not; the checks say why.', schema: shapes.Readiness },
  },
  errors: [],
  async handle({ context }) {
    const checks = context.checks();
    const ready = Object.values(checks).every(Boolean);
    return { status: ready ? 200 : 503, body: { ready, checks } };
  },
});

export const metrics = route({
  method: 'GET',
  path: '/metrics',
  operationId: 'metrics',
  summary: 'Metrics in the Prometheus text format.',
  access: 'operator',
  params: NOTHING,
  responses: { 200: { description: 'The metrics.', schema: z.string() } },
  contentType: METRICS_TYPE,
  errors: ['TOKEN_INVALID'],
  async handle({ context }) {
    return { status: 200, body: await context.metricsText() };
  },
});
