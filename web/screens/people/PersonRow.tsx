import {
  BadgeCheck,
  Ban,
  CircleDot,
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
  Square,
  Star,
  UserMinus,
  Video,
  VideoOff,
} from 'lucide-react';
import type { TextKey } from '../../i18n/areas.ts';
import { t, useT } from '../../i18n/i18n.ts';
import { useMoment } from '../../lib/useMoment.ts';
import { minutesUp } from '../../model/handOrder.ts';
import { MAX_SPOTLIT } from '../../model/hosting.ts';
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
  /** Whom hosts show large to everybody, the first one first. */
  spotlit: readonly string[];
  /** The place of the raised hand, from 1. */
  handPlace: number | null;
  /** The breakout room in which they are. */
  away: string | null;
}

export function PersonRow({ person, actions, isHost, canReencode, spotlit, handPlace, away }: PersonRowProps) {
  const t = useT();
  const { attempt } = useNotices();
  const run = (action: Promise<unknown>) => void attempt(action);
  const items = isHost
    ? [
        ...spotlightActions(person.id, spotlit, actions, run),
        ...(person.isSelf ? [] : hostActions(person, actions, run)),
      ]
    : [];
  const choices = isHost ? reencodingChoices(person, canReencode, actions, run) : [];
  return (
    <li className="person">
      <Avatar id={person.id} name={person.name} size={36} />
      <span className="person-name">
        {person.isSelf ? t('people:nameYou', { name: person.name }) : person.name}
        {person.nameFixed && <VerifiedName />}
        <small>
          {stateText(person, isHost, away)}
          {person.handRaisedAt !== null && <HandTime raisedAt={person.handRaisedAt} />}
        </small>
      </span>
      {handPlace !== null && <HandPlace place={handPlace} />}
      {person.recordingSince !== null && <State icon={CircleDot} text={t('recording:records')} className="recording" />}
      {person.screen && <State icon={MonitorUp} text={t('people:sharing')} className="sharing" />}
      {person.microphone && !person.microphone.muted ? (
        <State icon={Mic} text={t('people:microphoneOn')} />
      ) : (
        <State icon={MicOff} text={t('people:microphoneOff')} />
      )}
      {person.camera && !person.camera.muted ? (
        <State icon={Video} text={t('people:cameraOn')} />
      ) : (
        <State icon={VideoOff} text={t('people:cameraOff')} />
      )}
      {isHost && (
        <span className="person-menu">
          {items.length + choices.length > 0 && (
            <Menu label={t('people:actions', { name: person.name })} items={items} choices={choices} />
          )}
        </span>
      )}
    </li>
  );
}

function HandPlace({ place }: { place: number }) {
  const t = useT();
  return (
    <Tip text={t('people:handPlace', { place })}>
      <span className="person-state hand">
        <Hand size={18} />
        <span aria-hidden="true">{place}</span>
        <span className="visually-hidden">{t('people:handPlace', { place })}</span>
      </span>
    </Tip>
  );
}

/** How long a hand has been up. */
function HandTime({ raisedAt }: { raisedAt: number }) {
  const t = useT();
  const minutes = useMoment(
    (now) => minutesUp(raisedAt, now),
    (now) => 60_000 - (Math.max(0, now - raisedAt) % 60_000),
  );
  return (
    <span className="person-hand">{minutes === 0 ? t('people:handNow') : t('people:handFor', { count: minutes })}</span>
  );
}

/** Whoever invited the person vouches for the name. */
function VerifiedName() {
  const t = useT();
  return (
    <Tip text={t('people:verified')}>
      <span className="person-verified">
        <BadgeCheck size={15} />
        <span className="visually-hidden">{t('people:verified')}</span>
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
function stateText(person: Person, isHost: boolean, away: string | null): string {
  const parts = [
    away === null ? null : t('breakouts:isIn', { room: away }),
    person.role === 'host' ? t('people:host') : person.role === 'guest' ? t('people:guest') : null,
    person.connected ? null : t('people:reconnecting'),
    isHost && person.unmuteAskedAt !== null ? t('hosts:unmute.open') : null,
    person.role !== 'host' && !person.grants.unmute ? t('people:asksFirst') : null,
    isHost && (person.camera?.reencoded || person.screen?.reencoded) ? t('people:reencoded') : null,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

/** Beside others, or in their place. */
function spotlightActions(
  id: string,
  spotlit: readonly string[],
  { hosting }: MeetingActions,
  run: (action: Promise<unknown>) => void,
): MenuItem[] {
  const show = (ids: readonly string[]) => () => run(hosting.setSpotlights(ids));
  const others = spotlit.filter((other) => other !== id);
  if (others.length < spotlit.length) {
    return [{ label: t('people:endSpotlight'), icon: PinOff, onSelect: show(others) }];
  }
  const alone: MenuItem = { label: t('people:spotlight'), icon: Pin, onSelect: show([id]) };
  if (others.length === 0 || others.length >= MAX_SPOTLIT) return [alone];
  return [alone, { label: t('hosts:spotlightToo'), icon: Pin, onSelect: show([...others, id]) }];
}

function hostActions(person: Person, actions: MeetingActions, run: (action: Promise<unknown>) => void): MenuItem[] {
  const { id } = person;
  const items: (MenuItem | false)[] = [
    person.microphone !== null &&
      !person.microphone.muted && {
        label: t('people:mute'),
        icon: MicOff,
        onSelect: () => run(actions.muteParticipant(id)),
      },
    ...unmuteQuestion(person, actions, run),
    ...grantActions(person, actions, run),
    person.screen !== null && {
      label: t('people:stopScreen'),
      icon: MonitorUp,
      onSelect: () => run(actions.stopScreen(id)),
    },
    person.recordingSince !== null && {
      label: t('recording:endOf'),
      icon: Square,
      onSelect: () => run(actions.recording.endOf(id)),
    },
    person.handRaisedAt !== null && {
      label: t('people:lowerHand'),
      icon: Hand,
      onSelect: () => run(actions.lowerHand(id)),
    },
    person.role === 'host'
      ? { label: t('people:makeMember'), icon: Star, onSelect: () => run(actions.setRole(id, 'member')) }
      : { label: t('people:makeHost'), icon: Star, onSelect: () => run(actions.setRole(id, 'host')) },
    { label: t('people:remove'), icon: UserMinus, danger: true, onSelect: () => run(actions.remove(id)) },
    { label: t('people:ban'), icon: Ban, danger: true, onSelect: () => run(actions.ban(id)) },
  ];
  return items.filter((item) => item !== false);
}

function unmuteQuestion(
  { id, grants, microphone, unmuteAskedAt }: Person,
  { hosting }: MeetingActions,
  run: (action: Promise<unknown>) => void,
): MenuItem[] {
  if (unmuteAskedAt !== null) {
    return [{ label: t('hosts:unmute.withdraw'), icon: MicOff, onSelect: () => run(hosting.declineUnmute(id)) }];
  }
  if (microphone?.muted === false || !grants.unmute || !grants.sources.includes('microphone')) return [];
  return [{ label: t('hosts:unmute.ask'), icon: Mic, onSelect: () => run(hosting.askToUnmute(id)) }];
}

/** Hosts may do everything: there is nothing to give or to take. */
function grantActions(person: Person, actions: MeetingActions, run: (action: Promise<unknown>) => void): MenuItem[] {
  const { id, grants, role } = person;
  if (role === 'host') return [];
  const change = (changed: Partial<Grants>) => run(actions.setGrants(id, (now) => ({ ...now, ...changed })));
  const setSharing = (on: boolean) => () =>
    run(
      actions.setGrants(id, (now) => {
        const others = now.sources.filter((source) => source !== 'screen' && source !== 'screenAudio');
        return { ...now, sources: on ? [...others, 'screen', 'screenAudio'] : others };
      }),
    );
  return [
    grants.unmute
      ? { label: t('people:muteUntilAllowed'), icon: MicOff, onSelect: () => change({ unmute: false }) }
      : { label: t('people:allowSpeak'), icon: Mic, onSelect: () => change({ unmute: true }) },
    grants.chat
      ? { label: t('people:stopWriting'), icon: MessageSquareOff, onSelect: () => change({ chat: false }) }
      : { label: t('people:allowWrite'), icon: MessageSquare, onSelect: () => change({ chat: true }) },
    grants.sources.includes('screen')
      ? { label: t('people:stopSharing'), icon: MonitorOff, onSelect: setSharing(false) }
      : { label: t('people:allowSharing'), icon: MonitorUp, onSelect: setSharing(true) },
  ];
}

const WISHES: readonly { readonly value: string; readonly label: TextKey; readonly wanted: boolean | null }[] = [
  { value: 'room', label: 'people:wish.room', wanted: null },
  { value: 'always', label: 'people:wish.always', wanted: true },
  { value: 'never', label: 'people:wish.never', wanted: false },
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
    const what = t(`people:reencode.${video}`);
    const label = media.reencoded ? t('people:reencodedNow', { what }) : t('people:notPossibleNow', { what });
    return [
      {
        label: media.reencoded || !canReencode ? label : what,
        value: WISHES.find(({ wanted }) => wanted === media.reencodingWish)?.value ?? '',
        options: WISHES.map(({ value, label }) => ({ value, label: t(label) })),
        onSelect: (chosen) => {
          const wish = WISHES.find(({ value }) => value === chosen);
          if (wish) run(actions.setVideoReencoding(person.id, video, wish.wanted));
        },
      },
    ];
  });
}
