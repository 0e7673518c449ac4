import { DoorOpen, type LucideIcon } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from './Button.tsx';
import { Logo } from './Logo.tsx';
import './MessagePage.css';

interface MessagePageProps {
  title: string;
  text: string;
  icon?: LucideIcon;
  /** The first one is the recommended one. */
  actions: readonly { readonly label: string; readonly onClick: () => void }[];
  /** Stands below the actions. */
  children?: ReactNode;
}

/** A whole page with one thing to say and what to do next. */
export function MessagePage({ title, text, icon: Icon = DoorOpen, actions, children }: MessagePageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className="message-page">
      <Logo />
      <div className="message-card">
        <span className="message-icon">
          <Icon size={30} />
        </span>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{text}</p>
        <div className="message-actions">
          {actions.map((action, index) => (
            <Button key={action.label} variant={index === 0 ? 'primary' : 'quiet'} onClick={action.onClick}>
              {action.label}
            </Button>
          ))}
        </div>
        {children}
      </div>
    </main>
  );
}
