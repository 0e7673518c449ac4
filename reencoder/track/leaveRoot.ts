/** No account has this id, and media workers have another one. */
const TRACK_ID = 65_533;

/**
 * Gives up the rights of root for good, if this process has them. Returns null, or why they stay: some containers have
 * a root that may not change its user.
 */
export function leaveRoot(): string | null {
  if (process.getuid?.() !== 0) return null;
  try {
    process.setgroups?.([]);
    process.setgid?.(TRACK_ID);
    process.setuid?.(TRACK_ID);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
