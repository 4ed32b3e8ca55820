/** What carries the packets of the local cloud, in words. */
import type { FabricKind } from '../target/local/lock.js';

/** `netns fabric: real packets`, `computed fabric`. */
export const fabricText = (fabric: FabricKind): string => `${fabric} fabric${fabric === 'netns' ? ': real packets' : ''}`;
