import type { RequestBody, RequestName, ResponseBody } from '../../signaling/protocol/requests.ts';
import { ConnectionLost } from '../errors.ts';
import type { Link } from './Link.ts';

/**
 * Sends a request that changes nothing over the connection of this moment.
 * @throws ConnectionLost while there is none
 */
export type Ask = <N extends RequestName>(name: N, body: RequestBody<N>) => Promise<ResponseBody<N>>;

export function askOver(link: () => Link | undefined): Ask {
  return async (name, body) => {
    const current = link();
    if (current === undefined) throw new ConnectionLost('there is no connection now');
    return current.request(name, body);
  };
}
