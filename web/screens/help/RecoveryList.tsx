import { locale, useT } from '../../i18n/i18n.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';

/** What the meeting got over while this person was in it, newest first: as it was, not as it should be. */
export function RecoveryList({ recoveries }: { recoveries: MeetingSnapshot['recoveries'] }) {
  const t = useT();
  if (recoveries.length === 0) return <p className="settings-hint">{t('connection:noHistory')}</p>;
  const time = new Intl.DateTimeFormat(locale(), { hour: 'numeric', minute: '2-digit', second: '2-digit' });
  return (
    <ol className="recovery-list">
      {recoveries.toReversed().map(({ at, ms, kind }) => (
        <li key={at}>
          <span>{t(`connection:kind.${kind}`)}</span>
          <span>
            {time.format(at)}
            {kind !== 'moved' && `, ${ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
