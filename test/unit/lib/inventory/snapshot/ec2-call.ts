/** A call of EC2 that the tool itself never makes. */
import { signedCall } from '../../../../../src/lib/aws/signed-call.js';
import { parseXml, type XmlElement } from '../../../../../src/lib/aws/xml.js';
import type { LabRegion } from './lab-region.js';

export function ec2Call(region: LabRegion, Action: string, input: Readonly<Record<string, string>>): Promise<XmlElement | undefined> {
  return signedCall(region.target, {
    service: 'ec2',
    operation: Action,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action, Version: '2016-11-15', ...input }).toString(),
    read: (text, { ok }) => {
      if (!ok) throw new Error(text);
      return parseXml(text);
    },
  });
}
