import { Group, Mail, MicOff, X } from 'lucide-react';
import { t, useT } from '../../i18n/i18n.ts';
import { invitationTo } from '../../lib/invitation.ts';
import type { BreakoutPerson } from '../../model/breakouts/breakouts.ts';
import { handOrder } from '../../model/handOrder.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { CopyButton, CopyLinkButton } from '../../ui/CopyLinkButton.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { formatTime } from '../chat/formatTime.ts';
import { AttendanceSection } from '../hosts/AttendanceSection.tsx';
import { PersonRow } from './PersonRow.tsx';
import { sortPeople } from './sortPeople.ts';
import './PeoplePanel.css';

interface PeoplePanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  onBreakouts: () => void;
  onClose: () => void;
}

export function PeoplePanel({ snapshot, actions, onBreakouts, onClose }: PeoplePanelProps) {
  const t = useT();
  const people = sortPeople([snapshot.self, ...snapshot.others]);
  const hands = handOrder(people);
  const isHost = snapshot.self.role === 'host';
  const spotlit = [...(snapshot.spotlightId === null ? [] : [snapshot.spotlightId]), ...snapshot.forAll.alsoSpotlit];
  return (
    <Panel title={t('people:title', { count: people.length })} onClose={onClose}>
      <div className="panel-body">
        {snapshot.lobby.length > 0 && <Waiting snapshot={snapshot} actions={actions} />}
        <section className="panel-section" aria-label={t('people:here')}>
          <div className="people-actions">
            <CopyLinkButton roomId={snapshot.roomId} variant="secondary" />
            <CopyButton
              text={() => invitationTo(snapshot.invitation)}
              label={t('hosts:copyInvitation')}
              icon={Mail}
              variant="secondary"
            />
            {isHost && <MuteAll snapshot={snapshot} actions={actions} />}
            {(isHost || snapshot.breakouts) && (
              <Button icon={Group} onClick={onBreakouts}>
                {t('breakouts:title')}
              </Button>
            )}
          </div>
          <ul className="people">
            {people.map((person) => (
              <PersonRow
                key={person.id}
                person={person}
                away={roomOf(person.id, snapshot.breakouts)}
                actions={actions}
                isHost={isHost}
                spotlit={spotlit}
                handPlace={hands.get(person.id) ?? null}
                canReencode={snapshot.reencoding.available !== false}
              />
            ))}
          </ul>
        </section>
        {isHost && <AttendanceSection roomId={snapshot.roomId} actions={actions} />}
        {snapshot.bans.length > 0 && <Banned snapshot={snapshot} actions={actions} />}
      </div>
    </Panel>
  );
}

/** The name of the breakout room in which somebody of the main room is. */
function roomOf(id: string, breakouts: MeetingSnapshot['breakouts']): string | null {
  if (!breakouts || breakouts.place !== null) return null;
  const isIn = (person: BreakoutPerson) => person.id === id && person.inside;
  return breakouts.rooms.find(({ people }) => people.some(isIn))?.name ?? null;
}

function MuteAll({ snapshot, actions }: Pick<PeoplePanelProps, 'snapshot' | 'actions'>) {
  const t = useT();
  const { attempt } = useNotices();
  const isAnybodyHeard = snapshot.others.some(({ microphone }) => microphone !== null && !microphone.muted);
  return (
    <Button icon={MicOff} disabled={!isAnybodyHeard} onClick={() => void attempt(actions.hosting.muteAll())}>
      {t('hosts:muteAll')}
    </Button>
  );
}

function Waiting({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  const admitAll = () => {
    const admissions = snapshot.lobby.map((knock) => actions.admit(knock.participantId));
    void attempt(Promise.all(admissions));
  };
  return (
    <section className="panel-section">
      <h3>{t('people:waiting')}</h3>
      <ul className="people">
        {snapshot.lobby.map(({ participantId, name }) => (
          <li key={participantId} className="person">
            <Avatar id={participantId} name={name} size={36} />
            <span className="person-name">{name}</span>
            <IconButton
              icon={X}
              label={t('people:denyOne', { name })}
              onClick={() => void attempt(actions.deny(participantId))}
            />
            <Button variant="primary" onClick={() => void attempt(actions.admit(participantId))}>
              {t('people:admit')}
            </Button>
          </li>
        ))}
      </ul>
      {snapshot.lobby.length > 1 && (
        <div className="people-actions">
          <Button onClick={admitAll}>{t('people:admitAll')}</Button>
          <Button onClick={() => void attempt(actions.denyAll())}>{t('people:denyAll')}</Button>
        </div>
      )}
    </section>
  );
}

function Banned({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  return (
    <section className="panel-section">
      <h3>{t('people:banned')}</h3>
      <ul className="people">
        {snapshot.bans.map((ban) => {
          const name = ban.name ?? ban.participantId;
          return (
            <li key={ban.participantId} className="person ban">
              <Avatar id={ban.participantId} name={name} size={36} />
              <span className="person-name">{name}</span>
              <Button onClick={() => void attempt(actions.unban(ban.participantId))}>{t('people:unban')}</Button>
              <small>{reachOf(ban)}</small>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What else is kept out: a browser that somebody else here uses too is not, nor is their network. */
function reachOf({ device, address, addressUntil }: MeetingSnapshot['bans'][number]): string {
  const until =
    address !== null && addressUntil !== null && addressUntil > Date.now() ? formatTime(addressUntil) : null;
  if (until === null) return device === null ? t('people:reach.invitation') : t('people:reach.device');
  return t(device === null ? 'people:reach.network' : 'people:reach.both', { time: until });
}
