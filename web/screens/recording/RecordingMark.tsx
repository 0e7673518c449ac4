import { Square } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { useMoment } from '../../lib/useMoment.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { IconButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Tip } from '../../ui/Tip.tsx';
import { formatRunning } from './formatLength.ts';
import './recording.css';

/** Says who records; one's own recording can be ended here. */
export function RecordingMark({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  const { ownRecording: own, others } = snapshot;
  const [first, ...more] = others.filter(({ recordingSince }) => recordingSince !== null);
  const byOthers =
    first &&
    (more.length === 0
      ? t('recording:by', { name: first.name })
      : t('recording:byMore', { name: first.name, count: more.length }));
  return (
    <>
      {own.step === 'running' && (
        <span className="recording-mark own">
          <Dot />
          <span className="visually-hidden">{t('recording:running')}</span>
          <Elapsed since={own.since} />
          <IconButton
            icon={Square}
            size={14}
            label={t('recording:end')}
            onClick={() => void attempt(actions.recording.end())}
          />
        </span>
      )}
      {byOthers && (
        <Tip text={byOthers}>
          <span className="recording-mark">
            <Dot />
            <span className="recording-words" dir="auto">
              {byOthers}
            </span>
          </span>
        </Tip>
      )}
    </>
  );
}

function Dot() {
  return <span className="recording-dot" aria-hidden="true" />;
}

function Elapsed({ since }: { since: number }) {
  const text = useMoment(
    (now) => formatRunning(now - since),
    (now) => 1_000 - (Math.max(0, now - since) % 1_000),
  );
  // A screen reader would read each second.
  return (
    <span className="recording-time" aria-hidden="true">
      {text}
    </span>
  );
}
