import { reportAttendance } from '../../../core/room/attendance.ts';
import { requireModerator } from '../../../core/room/rules/actors.ts';
import { withRoom } from '../withRoom.ts';
import type { Handler } from './handler.ts';

export const attendance: Handler<'attendance'> = ({ connection, context }) => {
  const { roomId, actor } = connection.requireSeat();
  return withRoom(context, roomId, ({ state }) => {
    requireModerator(actor, state);
    return reportAttendance(state, context.clock.now());
  });
};
