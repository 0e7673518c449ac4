import { Plus } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { parseRoomCode } from './parseRoomCode.ts';
import './LandingPage.css';

interface LandingPageProps {
  mayCreate: () => Promise<boolean>;
  onCreate: (name: string) => Promise<void>;
  onJoin: (roomId: string) => void;
}

export function LandingPage({ mayCreate, onCreate, onJoin }: LandingPageProps) {
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

  return (
    <main className="landing">
      <Logo />
      <div className="landing-body">
        <header>
          <h1>Meetings that keep going.</h1>
          <p>
            Talk face to face in your browser. When a server stops, the meeting does not. Nothing to install, no
            account.
          </p>
        </header>
        <div className="landing-ways">
          {!closed && <CreateForm onCreate={onCreate} />}
          <JoinForm onJoin={onJoin} />
        </div>
      </div>
    </main>
  );
}

function CreateForm({ onCreate }: { onCreate: (name: string) => Promise<void> }) {
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
      <h2>Start a meeting</h2>
      <TextField
        label="Name of the meeting (optional)"
        value={name}
        maxLength={64}
        placeholder="Monday round"
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" variant="primary" icon={Plus} disabled={creating}>
        {creating ? 'Opening…' : 'New meeting'}
      </Button>
    </form>
  );
}

function JoinForm({ onJoin }: { onJoin: (roomId: string) => void }) {
  const [input, setInput] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const roomId = parseRoomCode(input);
    if (roomId === null) setProblem('That is not a code or link of a meeting.');
    else onJoin(roomId);
  };

  return (
    <form className="landing-card" onSubmit={submit}>
      <h2>Join one</h2>
      <TextField
        label="Code or link"
        value={input}
        placeholder="Paste it here"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        problem={problem}
        onChange={(event) => {
          setInput(event.target.value);
          setProblem(null);
        }}
      />
      <Button type="submit" disabled={input.trim() === ''}>
        Join
      </Button>
    </form>
  );
}
