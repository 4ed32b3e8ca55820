/** What a rest-xml service tells the codec: how its operations look on the wire, who may call them, where bodies go. */
import type { Input } from '../operation.js';
import type { Reader } from '../../state/store.js';

/** One operation on the wire. Names on the left are the API's members. */
export interface RestOperation {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly on: 'service' | 'bucket' | 'object';
  /** Query parameters that must be there, with their value when one is given: `uploads`, `list-type=2`. */
  readonly marks?: readonly string[] | undefined;
  /** A header that must be there: `x-amz-copy-source`. */
  readonly markHeader?: string | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Headers `x-amz-meta-…` are its member `Metadata`. */
  readonly metadata?: boolean | undefined;
  /** `bytes`: `Body` is a {@link ReceivedBody}. `xml`: the document's members, under the name of its root element. */
  readonly body?: 'bytes' | { readonly root: string; readonly lists?: readonly string[] | undefined; readonly optional?: boolean | undefined } | undefined;
  readonly reply?: {
    readonly status?: number | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    /** Root element of the members that are no headers; absent: there is no body, unless the output has `Body`. */
    readonly root?: string | undefined;
    /** The one member that is the content of the root element (`LocationConstraint`). */
    readonly content?: string | undefined;
  } | undefined;
}

/** Algorithms of `x-amz-checksum-…`. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** A body that was received whole, and checked against what the client said of it. */
export interface ReceivedBody {
  /** Name of the file in the service's folder. */
  readonly file: string;
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
  /** The file belongs to a record now. What is not kept is removed after the operation. */
  keep(): void;
}

/** Takes the bytes of a body as they come. */
export interface BodySink {
  readonly file: string;
  write(chunk: Uint8Array): Promise<void>;
  /** On disk, for good. */
  finish(): Promise<void>;
  discard(): Promise<void>;
}

export interface Permission {
  readonly action: string;
  readonly resource: string;
  /** The item of the request that this is for, when one that is denied is told by itself and the others go on. */
  readonly item?: string | undefined;
  /** Condition keys of this action alone. */
  readonly keys?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface RestInterface {
  readonly operations: Readonly<Record<string, RestOperation>>;
  /** Query parameters that ask for operations that are not there, and the names of these, by method. */
  readonly absent: Readonly<Record<string, string>>;
  /** Largest body of an operation that takes bytes. */
  readonly maxBodyBytes: number;
  openSink(): Promise<BodySink>;
  permissions(operation: string, input: Input, globalState: Reader): readonly Permission[];
  /** The region of a bucket; undefined when there is none such. */
  regionOf(bucket: string, globalState: Reader): string | undefined;
}
