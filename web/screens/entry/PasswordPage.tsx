import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Logo } from '../../ui/Logo.tsx';

interface PasswordPageProps {
  wrong: boolean;
  onPassword: (password: string) => void;
  onBack: () => void;
}

export function PasswordPage({ wrong, onPassword, onBack }: PasswordPageProps) {
  const [password, setPassword] = useState('');
  const [touched, setTouched] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPassword(password);
  };

  return (
    <main className="message-page">
      <Logo />
      <form className="message-card entry-form" onSubmit={submit}>
        <h1>This meeting has a password</h1>
        <p>Whoever invited you knows it.</p>
        <TextField
          label="Password"
          type="password"
          value={password}
          maxLength={256}
          autoComplete="off"
          autoFocus
          problem={wrong && !touched ? 'That password is wrong. Check it and try again.' : null}
          onChange={(event) => {
            setPassword(event.target.value);
            setTouched(true);
          }}
        />
        <div className="message-actions">
          <Button type="submit" variant="primary" disabled={password === ''}>
            Join
          </Button>
          <Button variant="quiet" onClick={onBack}>
            Back
          </Button>
        </div>
      </form>
    </main>
  );
}
