import { Hand, SignalLow, SignalMedium } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { useMoment } from '../../lib/useMoment.ts';
import type { Absence, Person } from '../../model/Meeting.ts';
import { qualityOf } from '../../model/quality.ts';
import { nextSignMs, signOf } from '../../model/recovery.ts';
import { Tip } from '../../ui/Tip.tsx';
import type { TileSpec } from './tiles.ts';

interface TileMarksProps {
  person: Person;
  kind: TileSpec['kind'];
  /** The place of the raised hand, from 1. */
  handPlace: number | null;
  /** This page itself is cut off. */
  held: boolean;
}

/** What a tile says about its person besides the name. */
export function TileMarks({ person, kind, handPlace, held }: TileMarksProps) {
  const t = useT();
  return (
    <div className="tile-marks">
      {handPlace !== null && (
        <Tip text={t('stage:handPlace', { name: person.name, place: handPlace })}>
          <span className="tile-mark hand">
            <Hand size={18} />
            <span aria-hidden="true">{handPlace}</span>
            <span className="visually-hidden">
              {t('stage:handRaised')}, {handPlace}
            </span>
          </span>
        </Tip>
      )}
      {kind === 'camera' && person.absence === null && !held && <QualityMark person={person} />}
      {person.absence ? <AbsenceMark absence={person.absence} /> : held && <HeldMark />}
    </div>
  );
}

/** A good connection needs no mark. */
function QualityMark({ person }: { person: Person }) {
  const t = useT();
  const quality = qualityOf(person.quality);
  // A camera that gives nothing says so itself.
  if (person.camera?.interrupted === true && !person.camera.muted) return null;
  if (quality === null || quality === 'good') return null;
  const text = person.isSelf ? t(`stage:ownQuality.${quality}`) : t(`stage:quality.${quality}`, { name: person.name });
  const Icon = quality === 'poor' ? SignalLow : SignalMedium;
  return (
    <Tip text={text}>
      <span className={`tile-mark quality ${quality}`}>
        <Icon size={18} />
        <span className="visually-hidden">{text}</span>
      </span>
    </Tip>
  );
}

/** The picture holds: first nothing, then a mark, then words and the time that is left. */
function AbsenceMark({ absence }: { absence: Absence }) {
  const t = useT();
  const { shows, secondsLeft } = useMoment(
    (now) => signOf(absence, now),
    (now) => nextSignMs(absence, now),
  );
  if (shows === 'nothing') return null;
  if (shows === 'mark') return <HeldMark />;
  return (
    <span className="tile-mark absent">
      <span className="small-spinner" aria-hidden="true" />
      <span className="tile-mark-text">{t('stage:reconnecting')}</span>
      {secondsLeft !== null && (
        <span className="tile-mark-time" aria-hidden="true">
          {t('stage:seconds', { seconds: secondsLeft })}
        </span>
      )}
    </span>
  );
}

function HeldMark() {
  const t = useT();
  return (
    <Tip text={t('stage:reconnecting')}>
      <span className="tile-mark absent">
        <span className="small-spinner" aria-hidden="true" />
        <span className="visually-hidden">{t('stage:reconnecting')}</span>
      </span>
    </Tip>
  );
}
