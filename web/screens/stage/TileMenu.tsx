import * as Popover from '@radix-ui/react-popover';
import { Ellipsis, EyeOff, Volume2, VolumeX } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { useCanSetVolume } from '../../lib/useCanSetVolume.ts';
import type { MeetingActions, Person } from '../../model/Meeting.ts';
import { qualityOf } from '../../model/quality.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { SliderField, SwitchField } from '../../ui/fields.tsx';
import type { TileSpec } from './tiles.ts';
import '../../ui/Popover.css';

interface TileMenuProps {
  person: Person;
  kind: TileSpec['kind'];
  title: string;
  actions: MeetingActions;
  /** Null where one's own picture cannot be hidden. */
  onHideSelf: (() => void) | null;
}

/** What this person can do about one tile, for themselves alone. */
export function TileMenu({ person, kind, title, actions, onHideSelf }: TileMenuProps) {
  const t = useT();
  const quality = kind === 'camera' ? qualityOf(person.quality) : null;
  if (person.isSelf && onHideSelf === null) return null;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <IconButton className="tile-more" icon={Ellipsis} label={t('stage:more', { title })} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" align="end" sideOffset={4} collisionPadding={8} aria-label={title}>
          <p className="popover-title">{title}</p>
          {!person.isSelf && <VolumeField person={person} kind={kind} actions={actions} />}
          {quality !== null && (
            <p className="popover-text">
              {person.isSelf ? t(`stage:ownQuality.${quality}`) : t(`stage:quality.${quality}`, { name: person.name })}
            </p>
          )}
          {kind === 'screen' && !person.screenDeclined && (
            <Popover.Close asChild>
              <Button icon={EyeOff} onClick={() => actions.declineScreen(person.id, true)}>
                {t('stage:decline')}
              </Button>
            </Popover.Close>
          )}
          {onHideSelf && (
            <Popover.Close asChild>
              <Button icon={EyeOff} onClick={onHideSelf}>
                {t('stage:hideSelf')}
              </Button>
            </Popover.Close>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function VolumeField({ person, kind, actions }: Pick<TileMenuProps, 'person' | 'kind' | 'actions'>) {
  const t = useT();
  const canSetVolume = useCanSetVolume();
  const source = kind === 'camera' ? 'microphone' : 'screenAudio';
  if (kind === 'screen' && person.screenAudio === null) return <p className="popover-text">{t('stage:noSound')}</p>;
  const volume = kind === 'camera' ? person.volume : person.screenVolume;
  if (!canSetVolume) {
    return (
      <SwitchField
        label={t('stage:silence')}
        checked={volume === 0}
        onChange={(silent) => actions.setVolume(person.id, source, silent ? 0 : 1)}
      />
    );
  }
  return (
    <SliderField
      label={t('stage:volume')}
      icon={volume === 0 ? VolumeX : Volume2}
      value={Math.round(volume * 100)}
      text={t('stage:percent', { percent: Math.round(volume * 100) })}
      onChange={(percent) => actions.setVolume(person.id, source, percent / 100)}
    />
  );
}
