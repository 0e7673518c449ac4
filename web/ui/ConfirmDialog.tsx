import * as AlertDialog from '@radix-ui/react-alert-dialog';
import type { ReactElement } from 'react';
import { Button } from './Button.tsx';
import './ConfirmDialog.css';

interface ConfirmDialogProps {
  /** The button that opens it. */
  children: ReactElement;
  title: string;
  text: string;
  /** The labels of the two buttons: what is done, and what stays as it is. */
  confirm: string;
  cancel: string;
  onConfirm: () => void;
}

/** Asks before something that cannot be undone. The focus starts at the harmless button. */
export function ConfirmDialog({ children, title, text, confirm, cancel, onConfirm }: ConfirmDialogProps) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>{children}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        {/* Radix's own overlay adds a style element, which the page's content security policy forbids. */}
        <div className="scrim" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description>{text}</AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Cancel asChild>
              <Button>{cancel}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant="danger" onClick={onConfirm}>
                {confirm}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
