/** What the metadata service says about one instance. */

export interface InstanceMetadata {
  readonly region: string;
  /** `aws` when absent. */
  readonly partition?: string | undefined;
  readonly accountId: string;
  readonly instanceId: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly launchIndex: number;
  readonly reservationId: string;
  /** `arm64`, `x86_64`. */
  readonly architecture: string;
  readonly availabilityZone: string;
  /** `apne1-az4`; the key is absent without it. */
  readonly availabilityZoneId?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly launchTime: number;
  /** Full private name, `ip-10-0-1-16.ap-northeast-1.compute.internal`. */
  readonly localHostname: string;
  readonly privateIp: string;
  /** Absent: `public-ipv4` and `public-hostname` are 404 (L11). */
  readonly publicIp?: string | undefined;
  /** Absent although there is a public address: enableDnsHostnames is off, and the key is empty. */
  readonly publicHostname?: string | undefined;
  readonly networkInterfaceId: string;
  readonly macAddress: string;
  readonly subnetId: string;
  readonly subnetCidr: string;
  readonly vpcId: string;
  /** Primary first. */
  readonly vpcCidrs: readonly string[];
  readonly securityGroups: readonly { readonly groupId: string; readonly groupName: string }[];
  readonly keyPair?: { readonly name: string; /** OpenSSH line. */ readonly publicKey: string } | undefined;
  readonly instanceProfile?: {
    readonly arn: string;
    /** `AIPA…` */
    readonly id: string;
    /** Absent while the profile has no role. */
    readonly roleName?: string | undefined;
  } | undefined;
  readonly userData?: Buffer | string | undefined;
  /** Virtual name → device; default `ami` xvda and `root` /dev/xvda. */
  readonly blockDevices?: Readonly<Record<string, string>> | undefined;
  /** The keys are shown only when `options.tags` is on (L12). */
  readonly tags: Readonly<Record<string, string>>;
  readonly options: {
    readonly httpEndpoint: 'enabled' | 'disabled';
    readonly httpTokens: 'required' | 'optional';
    readonly tags: 'enabled' | 'disabled';
  };
}
