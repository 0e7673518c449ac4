import { LogIn, Plus } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { Account } from '../../model/Account.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { LanguageSelect } from '../../ui/LanguageSelect.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { AccountLine } from '../entry/AccountLine.tsx';
import { useAccount } from '../entry/useAccount.ts';
import { RecordingOffers } from '../recording/RecordingOffers.tsx';
import { TestLink } from '../test/TestLink.tsx';
import { parseRoomCode } from './parseRoomCode.ts';
import './LandingPage.css';

interface LandingPageProps {
  account: Account;
  mayCreate: () => Promise<boolean>;
  onCreate: (name: string) => Promise<void>;
  onJoin: (roomId: string) => void;
}

export function LandingPage({ account, mayCreate, onCreate, onJoin }: LandingPageProps) {
  const t = useT();
  const signIn = useAccount(account);
  const [closed, setClosed] = useState(false);
  useEffect(() => {
    let live = true;
    void mayCreate().then((may) => {
      if (live) setClosed(!may);
    });
    return () => {
      live = false;
    };
  }, [mayCreate]);

  const needsSignIn = signIn?.creates === true && signIn.person === null;

  return (
    <main className="landing">
      <div className="page-top">
        <Logo />
        <LanguageSelect />
      </div>
      <div className="landing-body">
        <header>
          <h1>{t('landing:title')}</h1>
          <p>
            {t('landing:lead')} {t(signIn === null ? 'landing:noAccount' : 'landing:noInstall')}
          </p>
          {!(closed && needsSignIn) && (
            <AccountLine account={account} state={signIn} otherwise={t('landing:asYourself')} />
          )}
        </header>
        <div className="landing-ways">
          {!closed && <CreateForm onCreate={onCreate} />}
          {closed && needsSignIn && (
            <section className="landing-card">
              <h2>{t('landing:start')}</h2>
              <p className="landing-why">{t('entry:signIn.toStart')}</p>
              <Button variant="primary" icon={LogIn} onClick={() => account.signIn()}>
                {t('entry:signIn.signIn')}
              </Button>
            </section>
          )}
          <JoinForm onJoin={onJoin} />
        </div>
        <RecordingOffers />
        <TestLink />
      </div>
    </main>
  );
}

function CreateForm({ onCreate }: { onCreate: (name: string) => Promise<void> }) {
  const t = useT();
  const [name, setName] = useState('');
  const [creating, setCreating] = useState(false);
  const { attempt } = useNotices();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setCreating(true);
    await attempt(onCreate(name.trim()));
    setCreating(false);
  };

  return (
    <form className="landing-card" onSubmit={submit}>
      <h2>{t('landing:start')}</h2>
      <TextField
        label={t('landing:name')}
        value={name}
        maxLength={64}
        placeholder={t('landing:nameExample')}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" variant="primary" icon={Plus} disabled={creating}>
        {creating ? t('landing:creating') : t('landing:create')}
      </Button>
    </form>
  );
}

function JoinForm({ onJoin }: { onJoin: (roomId: string) => void }) {
  const t = useT();
  const [input, setInput] = useState('');
  const [wrong, setWrong] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const roomId = parseRoomCode(input);
    if (roomId === null) setWrong(true);
    else onJoin(roomId);
  };

  return (
    <form className="landing-card" onSubmit={submit}>
      <h2>{t('landing:join')}</h2>
      <TextField
        label={t('landing:code')}
        value={input}
        placeholder={t('landing:paste')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        problem={wrong ? t('landing:notACode') : null}
        onChange={(event) => {
          setInput(event.target.value);
          setWrong(false);
        }}
      />
      <Button type="submit" disabled={input.trim() === ''}>
        {t('common:join')}
      </Button>
    </form>
  );
}
