import { useEffect, useState } from 'react';
import { readPreferences, savePreferences } from '../../lib/preferences.ts';
import { useStore } from '../../lib/useStore.ts';
import type { Door } from '../../model/Door.ts';
import { PreviewDevices } from '../../model/PreviewDevices.ts';
import { MeetingScreen } from '../meeting/MeetingScreen.tsx';
import { EndedPage } from './EndedPage.tsx';
import { FullPage } from './FullPage.tsx';
import { HandedPage } from './HandedPage.tsx';
import { LobbyPage } from './LobbyPage.tsx';
import { PasswordPage } from './PasswordPage.tsx';
import { PreJoinPage } from './PreJoinPage.tsx';
import { RefusedPage } from './RefusedPage.tsx';
import { useEntry } from './useEntry.ts';
import { WaitPage } from './WaitPage.tsx';

interface RoomPageProps {
  door: Door;
  onHome: () => void;
}

export function RoomPage({ door, onHome }: RoomPageProps) {
  const { entry, enter, givePassword, answerHanded, back } = useEntry(door);
  const preview = usePreview(door, entry.step);
  const devices = useStore(preview);

  const enterAs = (name: string) => {
    savePreferences({ name, cameraOn: devices.camera.wanted, microphoneOn: devices.microphone.wanted });
    enter({
      name,
      password: null,
      cameraOn: devices.camera.wanted,
      microphoneOn: devices.microphone.wanted,
      takeTracks: () => preview.takeTracks(),
    });
  };

  // After a reload the person is still in the meeting, and nothing is asked.
  const [formerStay] = useState(door.formerStay);
  const [returned, setReturned] = useState(false);
  const returning = formerStay !== null && door.formerStay !== null && !returned;
  useEffect(() => {
    if (entry.step !== 'choosing' || !returning) return;
    setReturned(true);
    enterAs(formerStay.name);
  });

  switch (entry.step) {
    case 'preparing':
      return <WaitPage text="Looking for the meeting…" />;
    case 'handed':
      return <HandedPage name={entry.name} onAnswer={answerHanded} />;
    case 'choosing':
      if (returning) return <WaitPage text="Going back in…" />;
      return <PreJoinPage preview={preview} problem={entry.problem} onEnter={enterAs} onHome={onHome} />;
    case 'entering':
      return <WaitPage text="Joining…" />;
    case 'waiting':
      return <FullPage problem={entry.problem} onBack={back} />;
    case 'password':
      return <PasswordPage wrong={entry.wrong} onPassword={givePassword} onBack={back} />;
    case 'lobby':
      return <LobbyPage preview={preview} denied={entry.denied} onBack={back} />;
    case 'meeting':
      return <MeetingScreen meeting={entry.meeting} />;
    case 'ended':
      return <EndedPage reason={entry.reason} onAgain={back} onHome={onHome} />;
    case 'refused':
      return <RefusedPage code={entry.code} onAgain={back} onHome={onHome} />;
  }
}

/** The devices run from the choice until the meeting takes them over, and stop when the person turns away. */
function usePreview(door: Door, step: string): PreviewDevices {
  const [preview] = useState(() => {
    const saved = readPreferences();
    const { cameraOn, microphoneOn } = door.formerStay ?? saved;
    return new PreviewDevices({
      camera: { wanted: cameraOn, deviceId: saved.cameraId },
      microphone: { wanted: microphoneOn, deviceId: saved.microphoneId },
    });
  });
  const running = ['choosing', 'entering', 'waiting', 'password', 'lobby'].includes(step);
  useEffect(() => {
    if (!running) return;
    preview.start();
    return () => preview.stop();
  }, [running, preview]);
  return preview;
}
