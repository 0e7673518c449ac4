import type { FileDesk } from '../../files/FileDesk.ts';
import { WireRefusal } from '../WireRefusal.ts';
import { withRoom } from '../withRoom.ts';
import { type Handler, record } from './handler.ts';

const share = record<'shareFile'>(async ({ messageId, fileId, preview }, seat, context) => {
  const desk = deskOf(context);
  const received = await withRoom(context, seat.roomId, ({ state }) => desk.received(seat, fileId, state));
  const file = { ...received, ...(preview !== undefined && { preview }) };
  return { type: 'ShareFile', messageId, file, roomBytes: desk.roomBytes };
});

export const shareFile: Handler<'shareFile'> = async (call) => {
  const answer = await share(call);
  const { connection, context, request } = call;
  await deskOf(context).shared(connection.requireSeat().roomId, request.fileId);
  return answer;
};

export const fileLink: Handler<'fileLink'> = async ({ request, connection, context }) => {
  const seat = connection.requireSeat();
  const desk = deskOf(context);
  return { url: await withRoom(context, seat.roomId, ({ state }) => desk.link(seat, request.fileId, state)) };
};

function deskOf({ files }: { readonly files: FileDesk | null }): FileDesk {
  if (!files) throw new WireRefusal('FORBIDDEN', 'No files are shared on this server.');
  return files;
}
