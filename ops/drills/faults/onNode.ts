import type { PrivateDeployment } from '../../kit/deployment/PrivateDeployment.ts';
import type { Fault } from './Fault.ts';

/** A fault of one server, on a node of a cluster. */
export function onNode(fault: Fault, node: PrivateDeployment): Fault {
  const { name = '' } = node;
  return {
    ...fault,
    available: () => fault.available(node),

    async inject() {
      const injected = await fault.inject(node);
      return { ...injected, what: `${injected.what} on ${name}`, nodes: [name] };
    },
  };
}
