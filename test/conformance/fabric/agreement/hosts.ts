/** Who is there in the internet, and which ports have servers. */
import { REGION } from '../lab-network.js';

/** TCP ports of guests; and where everybody echoes datagrams. */
export const GUEST_TCP = [22, 443] as const;
export const ECHO_PORT = 7;

/** Hosts of the internet: who answers what there. Only private addresses reach no gateway, wherever they are (I4). */
export const HOSTS = {
  ssm: '198.19.0.10', s3: '198.19.0.200', echo: '203.0.113.5', privateOnes: ['192.168.77.1', '100.64.0.9'],
  /** Nothing is forwarded there, though somebody is (R10). */
  linkLocal: '169.254.7.7',
  /** For pings of a size: the kernel keeps in mind what an address once said about sizes. */
  sizes: Array.from({ length: 150 }, (_, index) => `203.0.113.${100 + index}`),
} as const;

export const SSM_SERVICE = `com.amazonaws.${REGION}.ssm`;
export const S3_SERVICE = `com.amazonaws.${REGION}.s3`;
