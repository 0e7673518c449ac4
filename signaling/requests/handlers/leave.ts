import { record } from './handler.ts';

/** The commit that says so ends the connection, after this was answered. */
export const leave = record<'leave'>(() => ({ type: 'LeaveRoom' }));
