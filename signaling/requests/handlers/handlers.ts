import type { RequestName } from '../../protocol/requests.ts';
import { attendance } from './attendance.ts';
import {
  assignBreakout,
  endBreakouts,
  enterBreakout,
  leaveBreakout,
  openBreakouts,
  setBreakoutsEnd,
} from './breakouts.ts';
import * as chat from './chat.ts';
import * as files from './files.ts';
import type { Handler } from './handler.ts';
import { join } from './join.ts';
import { knock } from './knock.ts';
import { leave } from './leave.ts';
import * as media from './media.ts';
import * as moderation from './moderation.ts';
import { editNotes, notesAfter } from './notes.ts';
import * as polls from './polls.ts';
import * as presence from './presence.ts';
import * as publish from './publish.ts';
import { resume } from './resume.ts';
import * as settings from './settings.ts';
import { standBy } from './standBy.ts';

/** Every request of the protocol has its handler: a missing one does not compile. */
export const handlers: { readonly [N in RequestName]: Handler<N> } = {
  join,
  resume,
  standBy,
  knock,
  leave,
  attendance,
  ...media,
  ...publish,
  ...chat,
  ...files,
  ...presence,
  ...moderation,
  ...polls,
  openBreakouts,
  setBreakoutsEnd,
  endBreakouts,
  assignBreakout,
  enterBreakout,
  leaveBreakout,
  editNotes,
  notesAfter,
  ...settings,
};
