import { useMemo } from 'react';
import { createRoom, mayCreateRooms } from './lib/api.ts';
import { navigate, placeOf, roomPath, usePath } from './lib/navigation.ts';
import { rememberHostToken } from './model/identity.ts';
import { ServerDoor } from './model/ServerDoor.ts';
import { ErrorBoundary } from './screens/ErrorBoundary.tsx';
import { RoomPage } from './screens/entry/RoomPage.tsx';
import { LandingPage } from './screens/landing/LandingPage.tsx';
import { MessagePage } from './ui/MessagePage.tsx';
import { NoticesProvider } from './ui/notices.tsx';
import { TipProvider } from './ui/Tip.tsx';
import './ui/tokens.css';
import './ui/base.css';

export function App() {
  return (
    <ErrorBoundary>
      <TipProvider>
        <NoticesProvider>
          <CurrentPage />
        </NoticesProvider>
      </TipProvider>
    </ErrorBoundary>
  );
}

function CurrentPage() {
  const place = placeOf(usePath());
  switch (place.page) {
    case 'landing':
      return (
        <LandingPage
          mayCreate={mayCreateRooms}
          onCreate={createAndEnter}
          onJoin={(roomId) => navigate(roomPath(roomId))}
        />
      );
    case 'room':
      return <EnteredRoom key={place.roomId} roomId={place.roomId} />;
    case 'unknown':
      return (
        <MessagePage
          title="This page does not exist"
          text="Check the link, or begin on the first page."
          actions={[{ label: 'Go to the first page', onClick: () => navigate('/') }]}
        />
      );
  }
}

function EnteredRoom({ roomId }: { roomId: string }) {
  const door = useMemo(() => new ServerDoor(roomId), [roomId]);
  return <RoomPage door={door} onHome={() => navigate('/')} />;
}

async function createAndEnter(name: string): Promise<void> {
  const { roomId, token } = await createRoom(name);
  rememberHostToken(roomId, token);
  navigate(roomPath(roomId));
}
