import { describe, expect, it } from 'vitest';
import { markdownText } from '../../../../src/lib/report/markdown-text.js';
import { markupText } from '../../../../src/lib/report/markup-text.js';
import { HOSTILE } from './verify-file/outcomes.js';
import { parseXml, textOf } from './xml.js';

describe('text for XML and HTML', () => {
  it('is no markup, in text and in quotes', () => {
    expect(markupText('<a href="x">&\'')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&#39;');
  });

  it('shows what reorders, controls, or is no character', () => {
    expect(markupText('a\u202eb\u0000\u001b[1m\ud800\ufffe\n')).toBe('a\\u{202e}b\\u{0}\\e[1m\\u{d800}\\u{fffe}\\n');
    expect(markupText('😀日本語')).toBe('😀日本語');
  });

  it.each(HOSTILE)('comes back from a strict reader as one text: %j', (text) => {
    const read = parseXml(`<a b="${markupText(text)}">${markupText(text)}</a>`);
    expect(read.children.every((child) => typeof child === 'string')).toBe(true);
    expect(textOf(read)).toBe(read.attributes['b']);
  });

  it('the strict reader is strict', () => {
    for (const bad of ['<a>', '<a></b>', '<a b="1" b="2"/>', '<a>&nope;</a>', '<a>&</a>', '<a>\u0001</a>', '<a>]]></a>', '<a/><b/>', '<a b=1/>', '<a>&#0;</a>', '<a><!-- x --></a>', 'x<a/>']) expect(() => parseXml(bad), bad).toThrow();
  });
});

describe('text for Markdown', () => {
  it('is code whose signs have no meaning', () => {
    expect(markdownText('a|b `c` <d> @e #1 www.f http://g')).toBe('<code>a&#124;b &#96;c&#96; &#60;d&#62; &#64;e &#35;1 www&#46;f http&#58;//g</code>');
    expect(markdownText(' ')).toBe('');
  });

  it.each(HOSTILE)('leaves nothing that Markdown, a table, a mention or a link begins with: %j', (text) => {
    const inner = markdownText(text).replace(/^<code>|<\/code>$/gu, '').replaceAll(/&#\d+;/gu, '');
    expect(inner).not.toMatch(/[&<>"'`*_[\]()!\\|~#@:$\n\r]|www\./u);
  });
});
