import { z } from 'zod';
import { reportAttendance } from '../../core/room/attendance.ts';
import { toAttendanceCsv } from '../../core/room/attendanceCsv.ts';
import { AttendanceReport } from '../protocol/attendance.ts';
import { recordedState } from './openState.ts';
import { route } from './Route.ts';
import * as shapes from './shapes.ts';

const described = {
  method: 'GET',
  access: 'operator',
  params: shapes.RoomParams,
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
} as const;

export const describeAttendance = route({
  ...described,
  path: '/api/rooms/{roomId}/attendance',
  operationId: 'describeAttendance',
  summary: 'Who was in a room and when, also once it is closed, until it is deleted.',
  responses: { 200: { description: 'The people.', schema: AttendanceReport } },
  async handle({ params: { roomId }, context }) {
    return { status: 200, body: reportAttendance(await recordedState(context, roomId), context.clock.now()) };
  },
});

export const attendanceTable = route({
  ...described,
  path: '/api/rooms/{roomId}/attendance.csv',
  operationId: 'attendanceTable',
  summary: 'The same as a table for spreadsheets, with a line for each time that somebody was there.',
  contentType: 'text/csv; charset=utf-8',
  responses: { 200: { description: 'The table.', schema: z.string() } },
  async handle({ params: { roomId }, context }) {
    const report = reportAttendance(await recordedState(context, roomId), context.clock.now());
    return { status: 200, body: toAttendanceCsv(report) };
  },
});
