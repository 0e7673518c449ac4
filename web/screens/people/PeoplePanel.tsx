import { X } from 'lucide-react';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { CopyLinkButton } from '../../ui/CopyLinkButton.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { formatTime } from '../chat/formatTime.ts';
import { PersonRow } from './PersonRow.tsx';
import { sortPeople } from './sortPeople.ts';
import './PeoplePanel.css';

interface PeoplePanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  onClose: () => void;
}

export function PeoplePanel({ snapshot, actions, onClose }: PeoplePanelProps) {
  const people = sortPeople([snapshot.self, ...snapshot.others]);
  const isHost = snapshot.self.role === 'host';
  return (
    <Panel title={`People (${people.length})`} onClose={onClose}>
      <div className="panel-body">
        {snapshot.lobby.length > 0 && <Waiting snapshot={snapshot} actions={actions} />}
        <section className="panel-section" aria-label="In the meeting">
          <CopyLinkButton roomId={snapshot.roomId} variant="secondary" />
          <ul className="people">
            {people.map((person) => (
              <PersonRow
                key={person.id}
                person={person}
                actions={actions}
                isHost={isHost}
                isSpotlit={person.id === snapshot.spotlightId}
                canReencode={snapshot.reencoding.available !== false}
              />
            ))}
          </ul>
        </section>
        {snapshot.bans.length > 0 && <Banned snapshot={snapshot} actions={actions} />}
      </div>
    </Panel>
  );
}

function Waiting({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const { attempt } = useNotices();
  const admitAll = () => {
    const admissions = snapshot.lobby.map((knock) => actions.admit(knock.participantId));
    void attempt(Promise.all(admissions));
  };
  return (
    <section className="panel-section">
      <h3>Waiting to be let in</h3>
      <ul className="people">
        {snapshot.lobby.map(({ participantId, name }) => (
          <li key={participantId} className="person">
            <Avatar id={participantId} name={name} size={36} />
            <span className="person-name">{name}</span>
            <IconButton icon={X} label={`Deny ${name}`} onClick={() => void attempt(actions.deny(participantId))} />
            <Button variant="primary" onClick={() => void attempt(actions.admit(participantId))}>
              Admit
            </Button>
          </li>
        ))}
      </ul>
      {snapshot.lobby.length > 1 && (
        <div className="people-actions">
          <Button onClick={admitAll}>Admit all</Button>
          <Button onClick={() => void attempt(actions.denyAll())}>Deny all</Button>
        </div>
      )}
    </section>
  );
}

function Banned({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const { attempt } = useNotices();
  return (
    <section className="panel-section">
      <h3>Removed for good</h3>
      <ul className="people">
        {snapshot.bans.map((ban) => {
          const name = ban.name ?? ban.participantId;
          return (
            <li key={ban.participantId} className="person ban">
              <Avatar id={ban.participantId} name={name} size={36} />
              <span className="person-name">{name}</span>
              <Button onClick={() => void attempt(actions.unban(ban.participantId))}>Let back in</Button>
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
  const now = Date.now();
  const parts = [
    device === null ? null : 'this device',
    address !== null && addressUntil !== null && addressUntil > now
      ? `the network until ${formatTime(addressUntil)}`
      : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'By this invitation only' : `Also ${parts.join(' and ')}`;
}
