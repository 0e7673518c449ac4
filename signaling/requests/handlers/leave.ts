import { record } from './handler.ts';

/** The commit ends the connection after this request was answered. */
export const leave = record<'leave'>(() => ({ type: 'LeaveRoom' }));
