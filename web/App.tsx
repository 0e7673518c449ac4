import { lazy, Suspense, useMemo } from 'react';
import { useT } from './i18n/i18n.ts';
import { createRoom, mayCreateRooms } from './lib/api.ts';
import { navigate, placeOf, roomPath, usePath } from './lib/navigation.ts';
import type { Account } from './model/Account.ts';
import { rememberHostToken } from './model/identity.ts';
import { onDemand } from './model/onDemand.ts';
import { ServerDoor } from './model/ServerDoor.ts';
import { serverAccount } from './model/serverAccount.ts';
import { ErrorBoundary } from './screens/ErrorBoundary.tsx';
import { RoomPage } from './screens/entry/RoomPage.tsx';
import { SignInFailedPage } from './screens/entry/SignInFailedPage.tsx';
import { WaitPage } from './screens/entry/WaitPage.tsx';
import { LandingPage } from './screens/landing/LandingPage.tsx';
import { MessagePage } from './ui/MessagePage.tsx';
import { Page } from './ui/Page.tsx';
import './ui/tokens.css';
import './ui/base.css';

const loadTest = () => onDemand(() => import('./screens/test/TestPage.tsx'));
const TestPage = lazy(async () => ({ default: (await loadTest()).TestPage }));

const homeAccount: Account = serverAccount('/');

export function App() {
  return (
    <ErrorBoundary>
      <Page>
        <CurrentPage />
      </Page>
    </ErrorBoundary>
  );
}

function CurrentPage() {
  const t = useT();
  const place = placeOf(usePath());
  switch (place.page) {
    case 'landing':
      return (
        <LandingPage
          account={homeAccount}
          mayCreate={mayCreateRooms}
          onCreate={createAndEnter}
          onJoin={(roomId) => navigate(roomPath(roomId))}
        />
      );
    case 'room':
      return <EnteredRoom key={place.roomId} roomId={place.roomId} />;
    case 'test':
      return (
        <Suspense fallback={<WaitPage text={t('connection:test.running')} />}>
          <TestPage onHome={() => navigate('/')} />
        </Suspense>
      );
    case 'sign-in-failed': {
      const query = new URLSearchParams(location.search);
      const again = () => serverAccount(query.get('to') ?? '/').signIn();
      return <SignInFailedPage why={query.get('why')} onAgain={again} onHome={() => navigate('/')} />;
    }
    case 'unknown':
      return (
        <MessagePage
          title={t('common:notFound')}
          text={t('common:notFoundAdvice')}
          actions={[{ label: t('common:home'), onClick: () => navigate('/') }]}
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
