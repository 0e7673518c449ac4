import { z } from 'zod';
import { WireError } from '../protocol/errors.ts';
import { httpStatus } from './httpStatus.ts';
import type { Route } from './Route.ts';

/** Describes these routes, from the schemas that check their input and output. */
export function toOpenApi(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: toOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Everroom', version, description: 'Rooms, tokens and operations of a meeting server.' },
    paths,
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'API key and secret.' },
        bearer: { type: 'http', scheme: 'bearer', description: 'The API secret.' },
      },
      schemas: { Error: z.toJSONSchema(z.object({ error: WireError })) },
    },
  };
}

/** Where a request for the same change is sent again, it has the same key. */
export const IDEMPOTENCY_KEY = 'idempotency-key';

const RETRY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A request that is sent again with the same key takes effect once, and a room that is created again is the same one. ' +
    'Without the API key it counts for createRoom only, and has 20 characters or more that nobody guesses.',
  schema: { type: 'string', maxLength: 100 },
};

function toOperation({
  access,
  body,
  contentType,
  errors,
  method,
  operationId,
  params,
  query,
  responses,
  summary,
}: Route) {
  const withKey = [{ basic: [] }, { bearer: [] }];
  const errorStatuses = Map.groupBy([...errors, 'TOO_LARGE' as const, 'INTERNAL' as const], httpStatus);
  return {
    operationId,
    summary,
    security: { everybody: [], operator: withKey, open: [{}, ...withKey], guests: [{}, ...withKey] }[access],
    parameters: [
      ...toParameters('path', params),
      ...toParameters('query', query),
      ...(method !== 'GET' && access !== 'everybody' ? [RETRY_PARAMETER] : []),
    ],
    ...(body ? { requestBody: { required: false, content: content('application/json', body) } } : {}),
    responses: {
      ...Object.fromEntries(
        [...errorStatuses].map(([status, codes]) => [
          status,
          {
            description: codes.join(', '),
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
          },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(responses).map(([status, { description, schema }]) => [
          status,
          { description, content: content(contentType.split(';', 1)[0] ?? contentType, schema) },
        ]),
      ),
    },
  };
}

function toParameters(place: 'path' | 'query', schema: z.ZodObject) {
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: z.toJSONSchema(field as z.ZodType, { io: 'input' }),
  }));
}

function content(type: string, schema: z.ZodType) {
  return { [type]: { schema: z.toJSONSchema(schema, { io: 'input' }) } };
}
