import { BadgeCheck, Eye, MicOff, MonitorUp, Pin, PinOff, VolumeX } from 'lucide-react';
import { memo } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, Person, Reaction } from '../../model/Meeting.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { FlipButton } from '../devices/FlipButton.tsx';
import { MediaVideo } from '../media/MediaVideo.tsx';
import { PausedPicture, useStandsStill } from './PausedPicture.tsx';
import { TileMarks } from './TileMarks.tsx';
import { TileMenu } from './TileMenu.tsx';
import type { TileView } from './TileView.ts';
import type { TileSpec } from './tiles.ts';
import { ZoomableVideo } from './ZoomableVideo.tsx';
import './Tile.css';

interface TileProps {
  tile: TileSpec;
  view: TileView;
  mayPin: boolean;
  large: boolean;
}

const NO_REACTIONS: readonly Reaction[] = [];

export function Tile({ tile, view, mayPin, large }: TileProps) {
  const { key, person, kind } = tile;
  const reactions = kind === 'camera' ? view.reactions.filter(({ personId }) => personId === person.id) : [];
  return (
    <TilePicture
      tileKey={key}
      person={person}
      kind={kind}
      speaking={kind === 'camera' && view.speakers.includes(person.id)}
      pinned={view.pins.includes(key)}
      handPlace={kind === 'camera' ? (view.hands.get(person.id) ?? null) : null}
      reactions={reactions.length === 0 ? NO_REACTIONS : reactions}
      held={view.held && !person.isSelf}
      onPin={mayPin ? view.onPin : null}
      onHideSelf={mayPin && person.isSelf ? view.onHideSelf : null}
      actions={view.actions}
      large={large}
    />
  );
}

interface TilePictureProps {
  tileKey: string;
  person: Person;
  kind: TileSpec['kind'];
  speaking: boolean;
  pinned: boolean;
  handPlace: number | null;
  reactions: readonly Reaction[];
  held: boolean;
  onPin: ((key: string) => void) | null;
  onHideSelf: (() => void) | null;
  actions: MeetingActions;
  large: boolean;
}

/** One camera or one shared screen, with the state of its person. Renders only when something about it changes. */
const TilePicture = memo(function TilePicture(props: TilePictureProps) {
  const t = useT();
  const { tileKey, person, kind, speaking, pinned, handPlace, reactions, held, onPin, onHideSelf, actions, large } =
    props;
  const title = titleOf(person, kind, t);
  const pinLabel = pinned ? t('stage:unpin', { title }) : t('stage:pin', { title });
  const declined = kind === 'screen' && person.screenDeclined;
  const volume = kind === 'camera' ? person.volume : person.screenVolume;

  return (
    <article className={`tile ${kind}${speaking ? ' speaking' : ''}${large ? ' large' : ''}`} aria-label={title}>
      {kind === 'camera' && (
        <div className="tile-avatar">
          <Avatar id={person.id} name={person.name} />
        </div>
      )}
      {declined ? (
        <div className="tile-declined">
          <p>{t('stage:declined', { name: person.name })}</p>
          <Button icon={Eye} onClick={() => actions.declineScreen(person.id, false)}>
            {t('stage:watch')}
          </Button>
        </div>
      ) : (
        <TileVideo person={person} kind={kind} title={title} large={large} held={held} />
      )}
      <TileMarks person={person} kind={kind} handPlace={handPlace} held={held} />
      <TileReactions reactions={reactions} />
      <p className="tile-name">
        {kind === 'camera' && !isHeard(person) && (
          <>
            <MicOff size={15} />
            <span className="visually-hidden">{t('stage:microphoneOff')} </span>
          </>
        )}
        {volume === 0 && (
          <>
            <VolumeX size={15} />
            <span className="visually-hidden">{t('stage:silenced')} </span>
          </>
        )}
        {kind === 'screen' && <MonitorUp size={15} />}
        {kind === 'camera' && person.nameFixed && (
          <>
            <BadgeCheck size={15} />
            <span className="visually-hidden">{t('stage:verified')} </span>
          </>
        )}
        {kind === 'camera' && person.role === 'guest' && <span className="tile-guest">{t('people:guest')}</span>}
        <span>{title}</span>
      </p>
      {onPin && (
        <div className={`tile-actions${pinned ? ' pinned' : ''}`}>
          <TileMenu person={person} kind={kind} title={title} actions={actions} onHideSelf={onHideSelf} />
          <IconButton
            className={`tile-pin${pinned ? ' pinned' : ''}`}
            icon={pinned ? PinOff : Pin}
            label={pinLabel}
            aria-pressed={pinned}
            onClick={() => onPin(tileKey)}
          />
        </div>
      )}
    </article>
  );
});

interface TileVideoProps {
  person: Person;
  kind: TileSpec['kind'];
  title: string;
  large: boolean;
  /** This page is cut off: the last frame holds. */
  held: boolean;
}

function TileVideo({ person, kind, title, large, held }: TileVideoProps) {
  const media = kind === 'camera' ? person.camera : person.screen;
  const shown = media !== null && !media.muted;
  const [still, watch] = useStandsStill(shown && kind === 'camera' && !person.isSelf && person.connected && !held);
  if (!shown) return null;
  if (kind === 'screen') return <ZoomableVideo key={media.trackId} media={media} label={title} mayZoom={large} />;
  return (
    <>
      <MediaVideo
        key={media.trackId}
        media={media}
        label={title}
        mirrored={person.isSelf && !media.rear}
        fit="cover"
        onElement={watch}
      />
      {(media.interrupted || still) && <PausedPicture person={person} />}
      {person.isSelf && <FlipButton />}
    </>
  );
}

/** Screen readers hear of them from the announcer. */
function TileReactions({ reactions }: { reactions: readonly Reaction[] }) {
  return (
    <div className="tile-reactions" aria-hidden="true">
      {reactions.map(({ id, emoji }) => (
        // Beside each other, so that several at once are seen.
        <span key={id} className={`tile-reaction lane-${id % 4}`}>
          {emoji}
        </span>
      ))}
    </div>
  );
}

function isHeard(person: Person): boolean {
  return person.microphone !== null && !person.microphone.muted;
}

function titleOf({ name, isSelf }: Person, kind: TileSpec['kind'], t: ReturnType<typeof useT>): string {
  if (kind === 'screen') return t('stage:screenOf', { name });
  return isSelf ? t('stage:you', { name }) : name;
}
