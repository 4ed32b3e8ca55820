/** What only a person can answer while SSH is opened. Absent where nobody is there to be asked. */

/** A host key of which nobody but its server has told. */
export interface UnknownHost {
  /** `Instance1 (198.18.0.11:22)` */
  readonly where: string;
  readonly instanceId: string;
  /** `ED25519 SHA256:…` */
  readonly key: string;
  /** Why it could not be learnt otherwise, a clause. */
  readonly why: string;
}

export interface Questions {
  /** The passphrase of a key file; `wrong`: how many were not it. */
  passphrase(file: string, wrong: number): Promise<string>;
  /** Whether it is the instance's. */
  trust(host: UnknownHost): Promise<boolean>;
}
