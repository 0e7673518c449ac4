import { type FormEvent, useState } from 'react';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { TextField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { GrantSettings } from './GrantSettings.tsx';
import { ReencodingSettings } from './ReencodingSettings.tsx';
import { RoomSwitch } from './RoomSwitch.tsx';
import { StandbySettings } from './StandbySettings.tsx';

interface HostSettingsProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
}

export function HostSettings({ snapshot, actions }: HostSettingsProps) {
  return (
    <>
      <MeetingSettings snapshot={snapshot} actions={actions} />
      <GrantSettings snapshot={snapshot} actions={actions} />
      <ReencodingSettings snapshot={snapshot} actions={actions} />
      <StandbySettings snapshot={snapshot} actions={actions} />
    </>
  );
}

function MeetingSettings({ snapshot, actions }: HostSettingsProps) {
  return (
    <section className="panel-section">
      <h3>Meeting</h3>
      <RoomSwitch
        label="Lock the meeting"
        hint="Nobody new can join."
        checked={snapshot.locked}
        onChange={actions.setLocked}
      />
      <RoomSwitch
        label="Lobby"
        hint="You let in each newcomer."
        checked={snapshot.lobbyEnabled}
        onChange={actions.setLobby}
      />
      <PasswordForm isProtected={snapshot.passwordProtected} actions={actions} />
      <CloseButton actions={actions} />
    </section>
  );
}

function PasswordForm({ isProtected, actions }: { isProtected: boolean; actions: MeetingActions }) {
  const [password, setPassword] = useState('');
  const { attempt } = useNotices();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== '' && (await attempt(actions.setPassword(password)))) setPassword('');
  };

  return (
    <form className="password-form" onSubmit={submit}>
      <TextField
        label={isProtected ? 'New password' : 'Password for newcomers'}
        type="password"
        autoComplete="new-password"
        maxLength={256}
        value={password}
        hint={isProtected ? 'The meeting has a password.' : 'None so far.'}
        onChange={(event) => setPassword(event.target.value)}
      />
      <div>
        <Button type="submit" disabled={password === ''}>
          {isProtected ? 'Change' : 'Set'}
        </Button>
        {isProtected && (
          <Button variant="quiet" onClick={() => void attempt(actions.setPassword(null))}>
            Remove password
          </Button>
        )}
      </div>
    </form>
  );
}

function CloseButton({ actions }: { actions: MeetingActions }) {
  const { attempt } = useNotices();
  return (
    <ConfirmDialog
      title="End the meeting?"
      text="Everybody leaves, and nobody can come back."
      confirm="End it"
      cancel="Keep it open"
      onConfirm={() => void attempt(actions.closeRoom())}
    >
      <Button>End the meeting for everybody…</Button>
    </ConfirmDialog>
  );
}
