import { type FormEvent, useState } from 'react';
import { describeError } from '../../lib/describeError.ts';
import { readPreferences } from '../../lib/preferences.ts';
import type { PreviewDevices } from '../../model/PreviewDevices.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { DevicePickers } from './DevicePickers.tsx';
import { DevicePreview } from './DevicePreview.tsx';
import './PreJoinPage.css';

interface PreJoinPageProps {
  preview: PreviewDevices;
  /** Why the last attempt to enter failed; null before the first. */
  problem: unknown;
  onEnter: (name: string) => void;
  onHome: () => void;
}

export function PreJoinPage({ preview, problem, onEnter, onHome }: PreJoinPageProps) {
  const [name, setName] = useState(() => readPreferences().name);
  const [asked, setAsked] = useState(false);
  const described = problem === null ? null : describeError(problem);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (name.trim() !== '') onEnter(name.trim());
  };

  return (
    <main className="prejoin">
      <button type="button" className="prejoin-home" aria-label="Everroom, to the first page" onClick={onHome}>
        <Logo />
      </button>
      <div className="prejoin-body">
        <DevicePreview preview={preview} name={name} />
        <form className="prejoin-form" onSubmit={submit} noValidate>
          <h1>Ready to join?</h1>
          <TextField
            label="Your name"
            value={name}
            maxLength={64}
            autoComplete="name"
            placeholder="How others see you"
            problem={asked && name.trim() === '' ? 'Say who you are, so that others know.' : null}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" variant="primary">
            Join now
          </Button>
          {described && (
            <p className="prejoin-problem" role="alert">
              <strong>{described.title}</strong> {described.advice}
            </p>
          )}
          <DevicePickers preview={preview} />
        </form>
      </div>
    </main>
  );
}
