import { attendanceTable, describeAttendance } from './attendance.ts';
import { breakoutOrders, describeBreakouts } from './breakouts.ts';
import { createConnectionTest } from './connectionTests.ts';
import { changeRoom, eraseParticipant, listBans, listLobby, orders } from './moderation.ts';
import { livez, metrics, pageConfig, readyz } from './operations.ts';
import type { Route } from './Route.ts';
import { describeReencoding } from './reencoding.ts';
import { closeRoom, createRoom, describeRoom, listParticipants, listRooms, removeParticipant } from './rooms.ts';
import { createToken } from './tokens.ts';

export const routes: readonly Route[] = [
  createRoom,
  listRooms,
  describeRoom,
  closeRoom,
  createToken,
  createConnectionTest,
  listParticipants,
  removeParticipant,
  changeRoom,
  listBans,
  listLobby,
  describeAttendance,
  attendanceTable,
  eraseParticipant,
  ...orders,
  describeBreakouts,
  ...breakoutOrders,
  describeReencoding,
  pageConfig,
  livez,
  readyz,
  metrics,
];
