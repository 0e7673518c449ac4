import { useCallback, useEffect, useState } from 'react';
import type { MeetingActions } from '../../model/Meeting.ts';
import { PICTURE_HEIGHTS, type RoomView, readRoomView, saveRoomView } from '../../model/roomView.ts';

export type ChangeRoomView = (change: Partial<RoomView> | ((before: RoomView) => Partial<RoomView>)) => void;

/**
 * How the person looks at the room: kept for this tab, and there again after a reload. While nobody looks, no pictures
 * of others come.
 */
export function useRoomView(
  roomId: string,
  actions: MeetingActions,
  isUnseen: boolean,
): readonly [RoomView, ChangeRoomView] {
  const [view, setView] = useState(() => readRoomView(roomId));
  const change = useCallback<ChangeRoomView>((wanted) => {
    setView((before) => ({ ...before, ...(typeof wanted === 'function' ? wanted(before) : wanted) }));
  }, []);
  useEffect(() => saveRoomView(roomId, view), [roomId, view]);
  const height = isUnseen ? 0 : PICTURE_HEIGHTS[view.pictures];
  useEffect(() => actions.limitPictures(height), [actions, height]);
  return [view, change];
}
