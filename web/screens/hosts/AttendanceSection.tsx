import { Download } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { saveFile } from '../../lib/saveFile.ts';
import { toAttendanceCsv } from '../../model/hosting.ts';
import type { MeetingActions } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { attendanceWords } from './attendanceWords.ts';

/** Downloads who was there and when, for spreadsheets or programs. */
export function AttendanceSection({ roomId, actions }: { roomId: string; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  const save = async (kind: 'csv' | 'json') => {
    const report = await actions.hosting.attendance();
    const name = `${roomId}-${new Date(report.at).toISOString().slice(0, 10)}.${kind}`;
    if (kind === 'csv') saveFile(name, 'text/csv;charset=utf-8', toAttendanceCsv(report, attendanceWords));
    else saveFile(name, 'application/json', JSON.stringify(report, null, 2));
  };
  return (
    <section className="panel-section">
      <h3>{t('hosts:attendance.title')}</h3>
      <p className="settings-hint">{t('hosts:attendance.hint')}</p>
      <div className="people-actions">
        <Button icon={Download} onClick={() => void attempt(save('csv'))}>
          {t('hosts:attendance.csv')}
        </Button>
        <Button icon={Download} onClick={() => void attempt(save('json'))}>
          {t('hosts:attendance.json')}
        </Button>
      </div>
    </section>
  );
}
