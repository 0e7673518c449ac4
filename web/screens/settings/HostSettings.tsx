import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { TextField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { RoomSwitch } from '../../ui/RoomSwitch.tsx';
import { EverybodySettings } from '../hosts/EverybodySettings.tsx';
import { RoomDetails } from '../hosts/RoomDetails.tsx';
import { GrantSettings } from './GrantSettings.tsx';
import { MediaBoundsSettings } from './MediaBoundsSettings.tsx';
import { ReencodingSettings } from './ReencodingSettings.tsx';
import { StandbySettings } from './StandbySettings.tsx';

interface HostSettingsProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
}

export function HostSettings({ snapshot, actions }: HostSettingsProps) {
  return (
    <>
      <MeetingSettings snapshot={snapshot} actions={actions} />
      <EverybodySettings snapshot={snapshot} actions={actions} />
      <GrantSettings snapshot={snapshot} actions={actions} />
      <MediaBoundsSettings snapshot={snapshot} actions={actions} />
      <ReencodingSettings snapshot={snapshot} actions={actions} />
      <StandbySettings snapshot={snapshot} actions={actions} />
    </>
  );
}

function MeetingSettings({ snapshot, actions }: HostSettingsProps) {
  const t = useT();
  return (
    <section className="panel-section">
      <h3>{t('settings:meeting')}</h3>
      <RoomDetails snapshot={snapshot} actions={actions} />
      <RoomSwitch
        label={t('settings:lock')}
        hint={t('settings:lockHint')}
        checked={snapshot.locked}
        onChange={actions.setLocked}
      />
      <RoomSwitch
        label={t('settings:lobby')}
        hint={t('settings:lobbyHint')}
        checked={snapshot.lobbyEnabled}
        onChange={actions.setLobby}
      />
      <RoomSwitch
        label={t('settings:guests')}
        hint={t('settings:guestsHint')}
        checked={snapshot.forAll.guests}
        onChange={actions.hosting.setGuests}
      />
      <RoomSwitch
        label={t('settings:privateChat')}
        hint={t('settings:privateChatHint')}
        checked={snapshot.privateChat}
        onChange={actions.setPrivateChat}
      />
      {snapshot.fileLimits && (
        <RoomSwitch
          label={t('settings:files')}
          hint={t('settings:filesHint')}
          checked={snapshot.forAll.filesAllowed}
          onChange={actions.hosting.setFilesAllowed}
        />
      )}
      <PasswordForm isProtected={snapshot.passwordProtected} actions={actions} />
      <CloseButton actions={actions} />
    </section>
  );
}

function PasswordForm({ isProtected, actions }: { isProtected: boolean; actions: MeetingActions }) {
  const t = useT();
  const [password, setPassword] = useState('');
  const { attempt } = useNotices();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== '' && (await attempt(actions.setPassword(password)))) setPassword('');
  };

  return (
    <form className="settings-form" onSubmit={submit}>
      <TextField
        label={isProtected ? t('settings:newPassword') : t('settings:password')}
        type="password"
        autoComplete="new-password"
        maxLength={256}
        value={password}
        hint={isProtected ? t('settings:hasPassword') : t('settings:noPassword')}
        onChange={(event) => setPassword(event.target.value)}
      />
      <div className="form-buttons">
        <Button type="submit" disabled={password === ''}>
          {isProtected ? t('settings:change') : t('settings:set')}
        </Button>
        {isProtected && (
          <Button variant="quiet" onClick={() => void attempt(actions.setPassword(null))}>
            {t('settings:removePassword')}
          </Button>
        )}
      </div>
    </form>
  );
}

function CloseButton({ actions }: { actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  return (
    <ConfirmDialog
      title={t('settings:endTitle')}
      text={t('settings:endText')}
      confirm={t('settings:endConfirm')}
      cancel={t('settings:endCancel')}
      onConfirm={() => void attempt(actions.closeRoom())}
    >
      <Button>{t('settings:end')}</Button>
    </ConfirmDialog>
  );
}
