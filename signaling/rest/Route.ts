import { z } from 'zod';
import type { RoomsByOwner } from '../../core/ports.ts';
import type { AddressLimits } from '../limits/AddressLimits.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type { SignalingContext } from '../requests/context.ts';
import type { Person } from '../signin/Person.ts';
import type { AbsentRooms } from './AbsentRooms.ts';
import type { TestRooms } from './TestRooms.ts';

/** The caller: the operator if the request has the API key, else anybody. */
export type Caller = 'operator' | 'anybody';

/**
 * everybody · operator: with the API key · open, guests: also without it, where the deployment lets people create
 * rooms, or lets guests in; there it may let in only those who have signed in.
 */
export type Access = 'everybody' | 'operator' | 'open' | 'guests';

export interface RouteCall<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  /** Who has signed in and asks without the API key; null for everybody else. */
  readonly person: Person | null;
  /** The address that limits count by. */
  readonly address: string;
  /** Where the caller found this node. */
  readonly nodeUrl: string;
  /** Of the command that the call makes: a retry with the operator's `Idempotency-Key` has the same one [J3]. */
  readonly commandId: string;
  /** The `Idempotency-Key` of the request. */
  readonly retryKey: string | undefined;
  readonly context: RestContext;
}

export interface RestContext extends SignalingContext {
  readonly version: string;
  /** Origins whose pages may show the page in a frame. */
  readonly frameAncestors: readonly string[];
  /** Whether people can sign in. */
  readonly canSignIn: boolean;
  readonly graceMs: number;
  readonly listRooms: (limit: number) => Promise<readonly { roomId: string; lastActivityAt: number }[]>;
  readonly checks: () => Readonly<Record<string, boolean>>;
  readonly metricsText: () => Promise<string>;
  /** Whether this node is so late with its work that newcomers must wait. */
  readonly isBusy: () => boolean;
  readonly takeRoomCreation: (address: string) => boolean;
  readonly takeConnectionTest: (address: string) => boolean;
  readonly testRooms: TestRooms;
  readonly roomsByOwner: RoomsByOwner;
  readonly takeToken: (address: string) => boolean;
  /** Guesses of rooms, by address. */
  readonly missedRooms: AddressLimits;
  readonly absentRooms: AbsentRooms;
}

export interface RouteResult<Result> {
  readonly status: number;
  readonly body: Result;
}

export const NOTHING = z.object({});

/** One address of the REST API: its input, its output, and everything that its description needs. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Parameters stand in braces, as OpenAPI writes them. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly access: Access;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodObject | null;
  readonly responses: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType }>>;
  readonly contentType: string;
  readonly errors: readonly ErrorCode[];
  handle(call: RouteCall<unknown, unknown, unknown>): Promise<RouteResult<unknown>>;
}

type RouteOf<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject> = Pick<
  Route,
  'method' | 'path' | 'operationId' | 'summary' | 'access' | 'responses' | 'errors'
> & {
  readonly params: P;
  readonly query?: Q;
  readonly body?: B;
  readonly contentType?: string;
  handle(call: RouteCall<z.infer<P>, z.infer<Q>, z.infer<B>>): Promise<RouteResult<unknown>>;
};

/** Ties a route's handler to the types of its schemas. */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject>({
  handle,
  ...described
}: RouteOf<P, Q, B>): Route {
  return {
    query: NOTHING,
    body: null,
    contentType: 'application/json; charset=utf-8',
    ...described,
    // The API has parsed all three with the schemas of this route.
    handle: (call) => handle(call as RouteCall<z.infer<P>, z.infer<Q>, z.infer<B>>),
  };
}
