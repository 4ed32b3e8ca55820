/** Availability Zones of a region, whatever its name. */

export interface Zone {
  /** `ap-northeast-1a` */
  readonly zoneName: string;
  /** `apne1-az4` */
  readonly zoneId: string;
}

const DIRECTIONS: Readonly<Record<string, string>> = {
  north: 'n', south: 's', east: 'e', west: 'w', central: 'c', northeast: 'ne', northwest: 'nw', southeast: 'se', southwest: 'sw',
};

/** Tokyo has no zone b for newer accounts, and its letters are dealt out of order. */
const TOKYO: readonly (readonly [letter: string, number: number])[] = [['a', 4], ['c', 1], ['d', 2]];
const OTHERS: readonly (readonly [letter: string, number: number])[] = [['a', 1], ['b', 2], ['c', 3]];

/** `eu-west-1` → `euw1`; a name of another form is only stripped of its dashes. */
function zoneIdPrefix(region: string): string {
  return region.split('-').map((part) => DIRECTIONS[part] ?? part).join('');
}

export function zonesOf(region: string): readonly Zone[] {
  const letters = region === 'ap-northeast-1' ? TOKYO : OTHERS;
  return letters.map(([letter, number]) => ({ zoneName: `${region}${letter}`, zoneId: `${zoneIdPrefix(region)}-az${number}` }));
}

/** The id of a zone by its name. */
export function zoneIdOf(region: string, zoneName: string): string | undefined {
  return zonesOf(region).find((zone) => zone.zoneName === zoneName)?.zoneId;
}
