import { availabilityOf } from '../reencoding/ReencodingStatus.ts';
import { NOTHING, route } from './Route.ts';
import * as shapes from './shapes.ts';

export const describeReencoding = route({
  method: 'GET',
  path: '/api/reencoding',
  operationId: 'describeReencoding',
  summary: 'Whether tracks can be reencoded, and the sidecars that do it, at most two seconds old.',
  access: 'operator',
  params: NOTHING,
  responses: { 200: { description: 'The reencoders.', schema: shapes.ReencodingDescription } },
  errors: ['TOKEN_INVALID'],
  async handle({ context: { reencoding } }) {
    const { sidecars } = reencoding;
    const described = sidecars.map(({ name, startedAt, engine, outputs, reason, tracks, capacity, draining }) => {
      return { name, startedAt, engine, outputs, reason, tracks, capacity, draining };
    });
    return { status: 200, body: { ...availabilityOf(sidecars), sidecars: described } };
  },
});
