import { ChartColumn } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { readPlace, rememberOfPlace } from '../../model/placeMemory.ts';
import { Button } from '../../ui/Button.tsx';

interface PollBannerProps {
  snapshot: MeetingSnapshot;
  /** Whether the polls are in view. */
  isShown: boolean;
  onShow: () => void;
}

/** Says that there is a new poll, until the person looks at it or does not want to; not again after a reload. */
export function PollBanner({ snapshot: { polls, roomId, placeId }, isShown, onShow }: PollBannerProps) {
  const t = useT();
  const [seen, setSeen] = useState(() => readPlace({ roomId, placeId }).seenPoll);
  useEffect(() => rememberOfPlace({ roomId, placeId }, { seenPoll: seen }), [roomId, placeId, seen]);
  const newest = polls.find(({ closedAt }) => closedAt === null);
  if (isShown && newest !== undefined && newest.id !== seen) setSeen(newest.id);
  if (isShown || newest === undefined || newest.id === seen) return null;
  return (
    <div className="banner" role="status">
      <ChartColumn size={18} />
      <span dir="auto">{newest.question}</span>
      <Button variant="quiet" onClick={() => setSeen(newest.id)}>
        {t('hosts:polls.later')}
      </Button>
      <Button variant="primary" onClick={onShow}>
        {t('hosts:polls.vote')}
      </Button>
    </div>
  );
}
