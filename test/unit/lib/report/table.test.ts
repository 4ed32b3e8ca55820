import { describe, expect, it } from 'vitest';
import { cellWidth, tableLines } from '../../../../src/lib/report/table.js';

const rows = [{ n: 1, name: 'Instance1', note: 'x' }, { n: 10, name: '実例', note: '' }];
const columns = [
  { title: '#', value: (row: (typeof rows)[0]) => String(row.n), align: 'right' as const },
  { title: 'NAME', value: (row: (typeof rows)[0]) => row.name },
  { title: 'NOTE', value: (row: (typeof rows)[0]) => row.note, optional: 1 },
];

describe('tableLines', () => {
  it('aligns by cells, not by characters, and ends no line in a space', () => {
    expect(tableLines(columns, rows)).toEqual([' #  NAME       NOTE', ' 1  Instance1  x', '10  実例']);
  });
  it('leaves out optional columns when it is too wide, and only then', () => {
    expect(tableLines(columns, rows, { width: 15 })[0]).toBe(' #  NAME');
    expect(tableLines(columns, rows, { width: 19 })[0]).toBe(' #  NAME       NOTE');
  });
  it('counts no cells for colour', () => expect(cellWidth('\u001b[32mok\u001b[39m')).toBe(2));
});
