import { z } from 'zod';
import { Id, Role } from './shapes.ts';

const Presence = z.object({
  from: z.number(),
  to: z.number().nullable().describe('Null while it lasts.'),
  end: z
    .enum(['away', 'left', 'expired', 'removed', 'banned', 'closed'])
    .nullable()
    .describe('away: the connection was lost, and the room waited for the person.'),
});

/** When people were in a room, over all their stays. Times are ms since the epoch. */
export const AttendanceReport = z.object({
  at: z.number(),
  people: z
    .array(
      z.object({
        participantId: Id,
        name: z.string(),
        nameFixed: z.boolean(),
        role: Role,
        earlier: z
          .object({
            times: z.number(),
            from: z.number(),
            to: z.number(),
            presentMs: z.number(),
            awayMs: z.number(),
          })
          .nullable()
          .describe('The oldest times, summed up; null while all are listed.'),
        presences: z.array(Presence).readonly(),
        presentMs: z.number().describe('All of it; what lasts counts until `at`.'),
        awayMs: z.number(),
      }),
    )
    .readonly(),
  forgotten: z.number().describe('How many earlier people the room no longer remembers.'),
});
