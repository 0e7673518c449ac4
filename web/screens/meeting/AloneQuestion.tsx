import { UserRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { useMoment } from '../../lib/useMoment.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { TimeLeft } from '../../ui/TimeLeft.tsx';
import { isAlone } from './isAlone.ts';

const ASK_AFTER_MS = 10 * 60_000;
/** Whoever stays waits for somebody. */
const ASK_AGAIN_AFTER_MS = 30 * 60_000;
const LEAVE_AFTER_MS = 2 * 60_000;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Asks somebody who has been alone for long whether they stay, and leaves for them if they do not answer: a camera that
 * was forgotten does not stay on.
 */
export function AloneQuestion({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  const alone = isAlone(snapshot);
  const [askAt, setAskAt] = useState(NEVER);
  useEffect(() => setAskAt(alone ? Date.now() + ASK_AFTER_MS : NEVER), [alone]);
  const leaveAt = askAt + LEAVE_AFTER_MS;
  const step = useMoment(
    (now) => (now < askAt ? 'quiet' : now < leaveAt ? 'asked' : 'over'),
    (now) => (now < askAt ? askAt - now : now < leaveAt ? leaveAt - now : NEVER),
  );
  useEffect(() => {
    if (step === 'over') void attempt(actions.leave());
  }, [step, attempt, actions]);

  if (step !== 'asked') return null;
  return (
    <div className="banner" role="alert">
      <UserRound size={18} />
      <span>{t('meeting:alone.asked')}</span>
      <TimeLeft endsAt={leaveAt} label={(time) => t('meeting:alone.left', { time })} />
      <Button variant="quiet" onClick={() => void attempt(actions.leave())}>
        {t('meeting:alone.leave')}
      </Button>
      <Button variant="primary" onClick={() => setAskAt(Date.now() + ASK_AGAIN_AFTER_MS)}>
        {t('meeting:alone.stay')}
      </Button>
    </div>
  );
}
