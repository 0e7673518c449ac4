import { useT } from '../../i18n/i18n.ts';
import type { Grants, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { RoomSwitch } from '../../ui/RoomSwitch.tsx';

interface GrantSettingsProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
}

type Source = Grants['sources'][number];

/** What people may do who are no hosts, and for whom nothing else was said. */
export function GrantSettings({ snapshot: { grants }, actions }: GrantSettingsProps) {
  const t = useT();
  const set = (change: Partial<Grants>) => actions.setRoomGrants((now) => ({ ...now, ...change }));
  const setSources = (on: boolean, ...sources: Source[]) =>
    actions.setRoomGrants((now) => {
      const others = now.sources.filter((source) => !sources.includes(source));
      return { ...now, sources: on ? [...others, ...sources] : others };
    });
  return (
    <section className="panel-section">
      <h3>{t('settings:grants')}</h3>
      <RoomSwitch
        label={t('settings:microphone')}
        hint={t('settings:microphoneHint')}
        checked={grants.sources.includes('microphone')}
        onChange={(on) => setSources(on, 'microphone')}
      />
      <RoomSwitch
        label={t('settings:unmute')}
        hint={t('settings:unmuteHint')}
        checked={grants.unmute}
        onChange={(unmute) => set({ unmute })}
      />
      <RoomSwitch
        label={t('settings:camera')}
        hint={t('settings:cameraHint')}
        checked={grants.sources.includes('camera')}
        onChange={(on) => setSources(on, 'camera')}
      />
      <RoomSwitch
        label={t('settings:screen')}
        hint={t('settings:screenHint')}
        checked={grants.sources.includes('screen')}
        onChange={(on) => setSources(on, 'screen', 'screenAudio')}
      />
      <RoomSwitch
        label={t('settings:chat')}
        hint={t('settings:chatHint')}
        checked={grants.chat}
        onChange={(chat) => set({ chat })}
      />
    </section>
  );
}
