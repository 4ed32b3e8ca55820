/** Writes the XML of ec2Query and awsQuery replies. */

/** Text that is safe as an element's content. What XML 1.0 cannot carry at all becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    // eslint-disable-next-line no-control-regex -- these are the very characters that XML 1.0 forbids
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
}

/**
 * An element and all below it. Members that are undefined or null are left out, Dates become ISO 8601, bytes base64,
 * arrays a list of `item` elements (`item` for ec2, `member` for query).
 */
function writeElement(name: string, value: unknown, item: 'item' | 'member'): string {
  if (value === undefined || value === null) return '';
  const content = writeContent(value, item);
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

/** The members of a structure, one element each. */
export function writeContent(value: unknown, item: 'item' | 'member'): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((child) => writeElement(item, child, item)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, child]) => {
      if (!ELEMENT_NAME.test(name)) throw new TypeError(`not a name of an XML element: ${JSON.stringify(name)}`);
      return writeElement(name, child, item);
    }).join('');
  }
  if (typeof value === 'string') return escapeXml(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw new TypeError(`a ${typeof value} has no place in a reply`);
}

const ELEMENT_NAME = /^[A-Za-z_][\w.-]*$/;
