import { describe, expect, it } from 'vitest';
import { child, membersAt, parseXml, textAt } from '../../../../src/lib/aws/xml.js';

describe('parseXml', () => {
  it('reads elements, lists, text and references', () => {
    const root = parseXml('<?xml version="1.0"?>\n<R xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><!-- a --><Names><member>a</member><member>&lt;b&gt; &amp;&#233;&#xE9;</member></Names><Empty/><None></None></R>\n');
    expect(membersAt(root, 'Names').map((each) => each.text)).toEqual(['a', '<b> &éé']);
    expect([textAt(root, 'Empty'), textAt(root, 'None'), textAt(root, 'Absent'), textAt(root, 'Names')]).toEqual(['', '', undefined, '']);
    expect(child(root, 'Names', 'member')?.text).toBe('a');
    expect(membersAt(root, 'Absent')).toEqual([]);
  });

  it.each(['', 'text', '<a>', '<a></b>', '<a></a><b/>', '<a>&nbsp;</a>', '<a>&</a>', '<a>&#x110000;</a>', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<a><</a>', '</a>', '<a/>text'])('no document: %j', (text) => expect(parseXml(text)).toBeUndefined());

  it('takes a long text in linear time', () => {
    expect(textAt(parseXml(`<a><b>${'x&amp;'.repeat(200_000)}</b></a>`), 'b')).toHaveLength(400_000);
    expect(parseXml('<'.repeat(200_000))).toBeUndefined();
    expect(parseXml(`<a${' '.repeat(200_000)}`)).toBeUndefined();
  });
});
