import { t } from '../../i18n/i18n.ts';
import type { AttendanceWords } from '../../model/hosting.ts';

/** The words of the table in the person's language; times are those of the person's clock. */
export const attendanceWords: AttendanceWords = {
  column: (name) => t(`hosts:attendance.column.${name}`),
  verified: (yes) => t(yes ? 'hosts:attendance.yes' : 'hosts:attendance.no'),
  role: (role) => t(`hosts:attendance.role.${role}`),
  ended: (end) => t(`hosts:attendance.ended.${end ?? 'not'}`),
  times: (count) => t('hosts:attendance.times', { count }),
  forgotten: (count) => t('hosts:attendance.forgotten', { count }),
  at: localTime,
};

/** Spreadsheets of every language take it for a time. */
function localTime(ms: number): string {
  const at = new Date(ms);
  const two = (part: number) => String(part).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
