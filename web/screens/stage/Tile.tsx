import { BadgeCheck, Hand, MicOff, MonitorUp, Pin, PinOff, WifiOff } from 'lucide-react';
import { memo } from 'react';
import type { Person } from '../../model/Meeting.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { IconButton } from '../../ui/Button.tsx';
import { Tip } from '../../ui/Tip.tsx';
import { MediaVideo } from '../media/MediaVideo.tsx';
import type { TileView } from './TileView.ts';
import type { TileSpec } from './tiles.ts';
import './Tile.css';

interface TileProps {
  tile: TileSpec;
  view: TileView;
  mayPin: boolean;
  large?: boolean;
}

export function Tile({ tile, view, mayPin, large = false }: TileProps) {
  const { key, person, kind } = tile;
  return (
    <TilePicture
      tileKey={key}
      person={person}
      kind={kind}
      speaking={kind === 'camera' && view.speakers.includes(person.id)}
      pinned={view.pinnedKey === key}
      onPin={mayPin ? view.onPin : null}
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
  onPin: ((key: string) => void) | null;
  large: boolean;
}

/** One camera or one shared screen, with the state of its person. Renders only when something about it changes. */
const TilePicture = memo(function TilePicture(props: TilePictureProps) {
  const { tileKey, person, kind, speaking, pinned, onPin, large } = props;
  const media = kind === 'camera' ? person.camera : person.screen;
  const title = titleOf(person, kind);
  const pinLabel = pinned ? `Unpin ${title}` : `Pin ${title}`;

  return (
    <article className={`tile ${kind}${speaking ? ' speaking' : ''}${large ? ' large' : ''}`} aria-label={title}>
      {kind === 'camera' && (
        <div className="tile-avatar">
          <Avatar id={person.id} name={person.name} />
        </div>
      )}
      {media && !media.muted && (
        <MediaVideo
          key={media.trackId}
          media={media}
          label={title}
          mirrored={person.isSelf && kind === 'camera'}
          fit={kind === 'screen' ? 'contain' : 'cover'}
        />
      )}
      <TileMarks person={person} />
      <p className="tile-name">
        {kind === 'camera' && !isHeard(person) && (
          <>
            <MicOff size={15} />
            <span className="visually-hidden">Microphone off: </span>
          </>
        )}
        {kind === 'screen' && <MonitorUp size={15} />}
        {kind === 'camera' && person.nameFixed && (
          <>
            <BadgeCheck size={15} />
            <span className="visually-hidden">Name verified: </span>
          </>
        )}
        <span>{title}</span>
      </p>
      {onPin && (
        <IconButton
          className={`tile-pin${pinned ? ' pinned' : ''}`}
          icon={pinned ? PinOff : Pin}
          label={pinLabel}
          aria-pressed={pinned}
          onClick={() => onPin(tileKey)}
        />
      )}
    </article>
  );
});

function TileMarks({ person }: { person: Person }) {
  const weak = person.connected && person.quality !== null && person.quality <= 1;
  return (
    <div className="tile-marks">
      {person.handRaisedAt !== null && (
        <Tip text={`${person.name} raised a hand`}>
          <span className="tile-mark hand">
            <Hand size={18} />
            <span className="visually-hidden">Hand raised</span>
          </span>
        </Tip>
      )}
      {weak && (
        <Tip text="Weak connection">
          <span className="tile-mark">
            <WifiOff size={16} />
            <span className="visually-hidden">Weak connection</span>
          </span>
        </Tip>
      )}
      {!person.connected && (
        <Tip text="Reconnecting">
          <span className="tile-mark">
            <span className="small-spinner" aria-hidden="true" />
            <span className="tile-mark-text">Reconnecting</span>
          </span>
        </Tip>
      )}
    </div>
  );
}

function isHeard(person: Person): boolean {
  return person.microphone !== null && !person.microphone.muted;
}

function titleOf(person: Person, kind: TileSpec['kind']): string {
  if (kind === 'screen') return `${person.name}’s screen`;
  return person.isSelf ? `${person.name} (you)` : person.name;
}
