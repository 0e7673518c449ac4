import type { Grants, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { RoomSwitch } from './RoomSwitch.tsx';

interface GrantSettingsProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
}

type Source = Grants['sources'][number];

/** What people may do who are no hosts, and for whom nothing else was said. */
export function GrantSettings({ snapshot: { grants }, actions }: GrantSettingsProps) {
  const set = (change: Partial<Grants>) => actions.setRoomGrants({ ...grants, ...change });
  const setSources = (on: boolean, ...sources: Source[]) => {
    const others = grants.sources.filter((source) => !sources.includes(source));
    return set({ sources: on ? [...others, ...sources] : others });
  };
  return (
    <section className="panel-section">
      <h3>Everybody may</h3>
      <RoomSwitch
        label="Turn on a microphone"
        hint="Otherwise only hosts are heard."
        checked={grants.sources.includes('microphone')}
        onChange={(on) => setSources(on, 'microphone')}
      />
      <RoomSwitch
        label="Unmute"
        hint="Otherwise everybody is muted, and asks by raising a hand."
        checked={grants.unmute}
        onChange={(unmute) => set({ unmute })}
      />
      <RoomSwitch
        label="Turn on a camera"
        hint="Otherwise only hosts are seen."
        checked={grants.sources.includes('camera')}
        onChange={(on) => setSources(on, 'camera')}
      />
      <RoomSwitch
        label="Share a screen"
        hint="Otherwise only hosts do."
        checked={grants.sources.includes('screen')}
        onChange={(on) => setSources(on, 'screen', 'screenAudio')}
      />
      <RoomSwitch
        label="Write in the chat"
        hint="Otherwise people only read."
        checked={grants.chat}
        onChange={(chat) => set({ chat })}
      />
    </section>
  );
}
