/** Whether the browser can show notices outside of its window, and the person allows this page to. */
export function desktopPermission(): NotificationPermission | 'impossible' {
  return 'Notification' in window ? Notification.permission : 'impossible';
}

/** Asks the person, in a click; resolves to whether they allow it. */
export async function askForDesktopNotices(): Promise<boolean> {
  return (await Notification.requestPermission()) === 'granted';
}

/** Shows a notice; a click on it leads to this page. Does nothing where that is not possible or not allowed. */
export function showDesktopNotice(title: string, body: string): void {
  if (desktopPermission() !== 'granted') return;
  try {
    const notice = new Notification(title, { body });
    notice.addEventListener('click', () => {
      window.focus();
      notice.close();
    });
  } catch (error) {
    // Phones show notices of installed pages alone.
    console.debug('a notice was not shown', error);
  }
}
