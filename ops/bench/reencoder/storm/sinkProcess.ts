import { createSocket } from 'node:dgram';

/**
 * Receives packets that nobody reads, on a socket that is hardly ever read: the kernel drops them without waking a
 * process for each. It sends its port to the process that forked it, and ends with that process.
 */
const SLEEP_MS = 500;
const nothing = new Int32Array(new SharedArrayBuffer(4));

const socket = createSocket('udp4', () => undefined);
socket.bind(0, '127.0.0.1', () => {
  process.send?.(socket.address().port, () => {
    setInterval(() => Atomics.wait(nothing, 0, 0, SLEEP_MS), 1);
  });
});
process.on('disconnect', () => process.exit(0));
