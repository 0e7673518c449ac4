import { type FormEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { describeError } from '../../lib/describeError.ts';
import { readPreferences } from '../../lib/preferences.ts';
import type { Account } from '../../model/Account.ts';
import type { PreviewDevices } from '../../model/PreviewDevices.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { LanguageSelect } from '../../ui/LanguageSelect.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { RecordingOffers } from '../recording/RecordingOffers.tsx';
import { TestLink } from '../test/TestLink.tsx';
import { AccountLine } from './AccountLine.tsx';
import { DevicePickers } from './DevicePickers.tsx';
import { DevicePreview } from './DevicePreview.tsx';
import { useAccount } from './useAccount.ts';
import './PreJoinPage.css';

interface PreJoinPageProps {
  account: Account;
  preview: PreviewDevices;
  /** Why the last attempt to enter failed; null before the first. */
  problem: unknown;
  onEnter: (name: string) => void;
  /** The person is about to enter. */
  onIntent: () => void;
  onHome: () => void;
}

export function PreJoinPage({ account, preview, problem, onEnter, onIntent, onHome }: PreJoinPageProps) {
  const t = useT();
  const signIn = useAccount(account);
  const [typed, setName] = useState(() => readPreferences().name);
  // Whoever signed in has a name.
  const name = signIn?.person?.name ?? typed;
  const [asked, setAsked] = useState(false);
  const described = problem === null ? null : describeError(problem);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (name.trim() !== '') onEnter(name.trim());
  };

  return (
    <main className="prejoin">
      <div className="page-top">
        <button type="button" className="prejoin-home" aria-label={t('entry:toHome')} onClick={onHome}>
          <Logo />
        </button>
        <LanguageSelect />
      </div>
      <div className="prejoin-body">
        <DevicePreview preview={preview} name={name} />
        <form className="prejoin-form" onSubmit={submit} onFocus={onIntent} onPointerEnter={onIntent} noValidate>
          <h1>{t('entry:ready')}</h1>
          {!signIn?.person && (
            <TextField
              label={t('entry:name')}
              value={typed}
              maxLength={64}
              autoComplete="name"
              placeholder={t('entry:nameExample')}
              problem={asked && name.trim() === '' ? t('entry:nameMissing') : null}
              onChange={(event) => setName(event.target.value)}
            />
          )}
          <AccountLine account={account} state={signIn} otherwise={t('entry:signIn.asGuest')} />
          <Button type="submit" variant="primary">
            {t('entry:joinNow')}
          </Button>
          {described && (
            <p className="prejoin-problem" role="alert">
              <strong>{described.title}</strong> {described.advice}
            </p>
          )}
          <DevicePickers preview={preview} />
          <TestLink />
          <RecordingOffers />
        </form>
      </div>
    </main>
  );
}
