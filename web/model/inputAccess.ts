export type InputKind = 'camera' | 'microphone';

/** What this page may do with each input; null where the browser does not tell. */
export type InputPermissions = Readonly<Record<InputKind, PermissionState | null>>;

/** The browser's side of cameras and microphones. */
export interface InputAccess {
  /** @throws DOMException as `navigator.mediaDevices.getUserMedia` does */
  open(constraints: MediaStreamConstraints): Promise<MediaStream>;
  permissions(): Promise<InputPermissions>;
}

export const browserInputs: InputAccess = {
  open: async (constraints) => {
    // A page that did not come over https has no mediaDevices at all.
    if (!navigator.mediaDevices) throw new DOMException('Needs a secure context', 'SecurityError');
    return navigator.mediaDevices.getUserMedia(constraints);
  },
  permissions: async () => {
    const [camera, microphone] = await Promise.all([stateOf('camera'), stateOf('microphone')]);
    return { camera, microphone };
  },
};

/** @throws TypeError if the browser has no such question */
export async function queryPermission(name: InputKind): Promise<PermissionStatus> {
  return navigator.permissions.query({ name });
}

async function stateOf(name: InputKind): Promise<PermissionState | null> {
  try {
    return (await queryPermission(name)).state;
  } catch (error) {
    console.debug('the browser does not tell permissions', error);
    return null;
  }
}
