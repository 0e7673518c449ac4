import {
  BadgeCheck,
  Ban,
  Hand,
  type LucideIcon,
  MessageSquare,
  MessageSquareOff,
  Mic,
  MicOff,
  MonitorOff,
  MonitorUp,
  Pin,
  PinOff,
  Star,
  UserMinus,
  Video,
  VideoOff,
} from 'lucide-react';
import type { Grants, MeetingActions, Person, VideoSource } from '../../model/Meeting.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Menu, type MenuChoice, type MenuItem } from '../../ui/Menu.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Tip } from '../../ui/Tip.tsx';

interface PersonRowProps {
  person: Person;
  actions: MeetingActions;
  /** True if the viewer is a host. */
  isHost: boolean;
  /** False if nothing can be reencoded now: a wish to reencode is kept until it can. */
  canReencode: boolean;
  isSpotlit: boolean;
}

export function PersonRow({ person, actions, isHost, canReencode, isSpotlit }: PersonRowProps) {
  const { attempt } = useNotices();
  const run = (action: Promise<unknown>) => void attempt(action);
  const spotlight: MenuItem = isSpotlit
    ? { label: 'End spotlight', icon: PinOff, onSelect: () => run(actions.setSpotlight(null)) }
    : { label: 'Spotlight for everybody', icon: Pin, onSelect: () => run(actions.setSpotlight(person.id)) };
  const items = isHost ? [spotlight, ...(person.isSelf ? [] : hostActions(person, actions, run))] : [];
  const choices = isHost ? reencodingChoices(person, canReencode, actions, run) : [];
  return (
    <li className="person">
      <Avatar id={person.id} name={person.name} size={36} />
      <span className="person-name">
        {person.name}
        {person.isSelf && ' (you)'}
        {person.nameFixed && <VerifiedName />}
        <small>{stateText(person, isHost)}</small>
      </span>
      {person.handRaisedAt !== null && <State icon={Hand} text="Hand raised" className="hand" />}
      {person.screen && <State icon={MonitorUp} text="Sharing a screen" className="sharing" />}
      {person.microphone && !person.microphone.muted ? (
        <State icon={Mic} text="Microphone on" />
      ) : (
        <State icon={MicOff} text="Microphone off" />
      )}
      {person.camera && !person.camera.muted ? (
        <State icon={Video} text="Camera on" />
      ) : (
        <State icon={VideoOff} text="Camera off" />
      )}
      {isHost && (
        <span className="person-menu">
          {items.length + choices.length > 0 && (
            <Menu label={`Actions for ${person.name}`} items={items} choices={choices} />
          )}
        </span>
      )}
    </li>
  );
}

/** Whoever invited the person vouches for the name. */
function VerifiedName() {
  return (
    <Tip text="Name verified">
      <span className="person-verified">
        <BadgeCheck size={15} />
        <span className="visually-hidden">Name verified</span>
      </span>
    </Tip>
  );
}

function State({ icon: Icon, text, className = '' }: { icon: LucideIcon; text: string; className?: string }) {
  return (
    <Tip text={text}>
      <span className={`person-state ${className}`}>
        <Icon size={18} />
        <span className="visually-hidden">{text}</span>
      </span>
    </Tip>
  );
}

/** Only hosts see whose video is reencoded. */
function stateText(person: Person, isHost: boolean): string {
  const parts = [
    person.role === 'host' ? 'Host' : person.role === 'guest' ? 'Guest' : null,
    person.connected ? null : 'Reconnecting…',
    person.role !== 'host' && !person.grants.unmute ? 'Asks before speaking' : null,
    isHost && (person.camera?.reencoded || person.screen?.reencoded) ? 'Reencoded' : null,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

function hostActions(person: Person, actions: MeetingActions, run: (action: Promise<unknown>) => void): MenuItem[] {
  const { id } = person;
  const items: (MenuItem | false)[] = [
    person.microphone !== null &&
      !person.microphone.muted && { label: 'Mute', icon: MicOff, onSelect: () => run(actions.muteParticipant(id)) },
    ...grantActions(person, actions, run),
    person.screen !== null && {
      label: 'Stop screen share',
      icon: MonitorUp,
      onSelect: () => run(actions.stopScreen(id)),
    },
    person.handRaisedAt !== null && { label: 'Lower hand', icon: Hand, onSelect: () => run(actions.lowerHand(id)) },
    person.role === 'host'
      ? { label: 'Make member', icon: Star, onSelect: () => run(actions.setRole(id, 'member')) }
      : { label: 'Make host', icon: Star, onSelect: () => run(actions.setRole(id, 'host')) },
    { label: 'Remove', icon: UserMinus, danger: true, onSelect: () => run(actions.remove(id)) },
    { label: 'Remove for good', icon: Ban, danger: true, onSelect: () => run(actions.ban(id)) },
  ];
  return items.filter((item) => item !== false);
}

/** Hosts may do everything: there is nothing to give or to take. */
function grantActions(person: Person, actions: MeetingActions, run: (action: Promise<unknown>) => void): MenuItem[] {
  const { id, grants, role } = person;
  if (role === 'host') return [];
  const change = (changed: Partial<Grants>) => run(actions.setGrants(id, { ...grants, ...changed }));
  const mayShare = grants.sources.includes('screen');
  const without = grants.sources.filter((source) => source !== 'screen' && source !== 'screenAudio');
  return [
    grants.unmute
      ? { label: 'Mute until allowed', icon: MicOff, onSelect: () => change({ unmute: false }) }
      : { label: 'Allow to speak', icon: Mic, onSelect: () => change({ unmute: true }) },
    grants.chat
      ? { label: 'Stop from writing', icon: MessageSquareOff, onSelect: () => change({ chat: false }) }
      : { label: 'Allow to write', icon: MessageSquare, onSelect: () => change({ chat: true }) },
    mayShare
      ? { label: 'Stop from sharing a screen', icon: MonitorOff, onSelect: () => change({ sources: without }) }
      : {
          label: 'Allow to share a screen',
          icon: MonitorUp,
          onSelect: () => change({ sources: [...without, 'screen', 'screenAudio'] }),
        },
  ];
}

const WISHES: readonly { readonly value: string; readonly label: string; readonly wanted: boolean | null }[] = [
  { value: 'room', label: 'As the room', wanted: null },
  { value: 'always', label: 'Always', wanted: true },
  { value: 'never', label: 'Never', wanted: false },
];

function reencodingChoices(
  person: Person,
  canReencode: boolean,
  actions: MeetingActions,
  run: (action: Promise<unknown>) => void,
): MenuChoice[] {
  const videos: readonly VideoSource[] = ['camera', 'screen'];
  return videos.flatMap((video): MenuChoice[] => {
    const media = person[video];
    if (media === null) return [];
    const now = media.reencoded ? ' · reencoded now' : canReencode ? '' : ' · not possible now';
    return [
      {
        label: `Reencode the ${video}${now}`,
        value: WISHES.find(({ wanted }) => wanted === media.reencodingWish)?.value ?? '',
        options: WISHES,
        onSelect: (chosen) => {
          const wish = WISHES.find(({ value }) => value === chosen);
          if (wish) run(actions.setVideoReencoding(person.id, video, wish.wanted));
        },
      },
    ];
  });
}
