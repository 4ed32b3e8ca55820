/** Reads the protocol vectors made by AWS's agent and plugin. */
import { readFileSync } from 'node:fs';

export interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly totalLength: number;
  readonly fields: {
    readonly messageType: string;
    readonly schemaVersion: number;
    readonly createdDate: number;
    readonly sequenceNumber: number;
    readonly flags: number;
    readonly messageId: string;
    readonly payloadDigest: string;
    readonly payloadType: number;
    readonly payloadLength: number;
    readonly payloadText?: string;
    readonly payloadHex: string;
  };
}

const file = JSON.parse(readFileSync(new URL('../../../vectors/protocol-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
  textFrames: Record<string, { json: Record<string, unknown> }>;
  smuxV1Frames: Record<string, string>;
  negative: readonly { readonly name: string }[];
  encryption: { readonly dataKeyHex: string; readonly agentEncryptKeyHex: string; readonly clientEncryptKeyHex: string };
};

export const vectors: readonly Vector[] = file.vectors;
export const { textFrames, smuxV1Frames, encryption, negative } = file;

export function vector(name: string): Vector {
  const found = vectors.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no vector ${name}`);
  return found;
}
