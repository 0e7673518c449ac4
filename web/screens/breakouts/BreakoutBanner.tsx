import { Group } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { TimeLeft } from '../../ui/TimeLeft.tsx';

interface BreakoutBannerProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  /** Whether the breakout rooms are in view. */
  isShown: boolean;
  onShow: () => void;
}

/** Where this person is, where they belong, and how long it goes on. */
export function BreakoutBanner({ snapshot: { breakouts, self }, actions, isShown, onShow }: BreakoutBannerProps) {
  const t = useT();
  if (breakouts === null) return null;
  const { rooms, place, assigned, free, moving } = breakouts;
  const nameOf = (id: string | null) => rooms.find((room) => room.id === id)?.name;
  const here = nameOf(place);
  const own = nameOf(assigned);
  const isHost = self.role === 'host';
  const text = moving
    ? t('breakouts:moving')
    : (here ??
      (own === undefined
        ? free || isHost
          ? t('breakouts:areOpen')
          : t('breakouts:waiting')
        : t('breakouts:yours', { room: own })));
  return (
    <div className="banner" role="status">
      <Group size={18} />
      <span dir="auto">{text}</span>
      <TimeLeft endsAt={breakouts.endsAt} label={(time) => t('breakouts:left', { time })} />
      {(free || isHost) && !isShown && (
        <Button variant="quiet" onClick={onShow}>
          {isHost ? t('breakouts:manage') : t('breakouts:choose')}
        </Button>
      )}
      {here !== undefined && (
        <Button variant="primary" disabled={moving} onClick={() => actions.breakouts.leave()}>
          {t('breakouts:back')}
        </Button>
      )}
      {here === undefined && assigned !== null && own !== undefined && (
        <Button variant="primary" disabled={moving} onClick={() => actions.breakouts.enter(assigned)}>
          {t('breakouts:join')}
        </Button>
      )}
    </div>
  );
}
