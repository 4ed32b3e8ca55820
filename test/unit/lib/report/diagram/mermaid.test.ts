import { describe, expect, it } from 'vitest';
import { mermaidDiagram } from '../../../../../src/lib/report/diagram/mermaid.js';
import { instancesOf, type Scene, sceneOf } from '../../../../../src/lib/report/diagram/scene.js';
import { HOSTILE } from '../verify-file/outcomes.js';
import { brokenLab, halfLab, healthyLab, lab, large } from './networks.js';

// The part of Mermaid's grammar (flow.jison) that is used, no more: ids of letters and a number, none of them a word of its lexer; every text in quotes.
const ID = '(?:vpc|sub|ins|nat|igw|ep|unk|net|ssm|you)\\d+';
const TEXT = '"(?:[\\p{L}\\p{M}\\p{N} .,/_()…✔✘?–-]|#\\d+;|<br/>)+"';
const SHAPES = [`\\[${TEXT}\\]`, `\\(${TEXT}\\)`, `\\{\\{${TEXT}\\}\\}`, `\\[/${TEXT}/\\]`, `\\(\\(${TEXT}\\)\\)`, `\\(\\[${TEXT}\\]\\)`].join('|');
const NODE = new RegExp(`^ +(${ID})(?:${SHAPES}):::(open|closed|unknown|thing|outside)$`, 'u');
const EDGE = new RegExp(`^ +(${ID}) (?:-->|-\\.->|-\\.-x)(?:\\|${TEXT}\\|)? (${ID})$`, 'u');
const SUBGRAPH = new RegExp(`^ +subgraph (${ID})\\[${TEXT}\\]$`, 'u');
const ACCESS = /^ {2}acc(?:Title|Descr): (?:[\p{L}\p{M}\p{N} .,/_()…✔✘?–-]|#\d+;)+$/u;
const CLASS = /^ {2}classDef (open|closed|unknown|thing|outside) [a-z-]+:[#a-z0-9 ]+(?:,[a-z-]+:[#a-z0-9 ]+)*$/u;

/** Every line is of the grammar, subgraphs close, ids are declared once and before no use is without them. Gives what was declared and drawn. */
function read(scene: Scene) {
  const [first, ...lines] = mermaidDiagram(scene);
  expect(first).toBe('flowchart LR');
  const nodes = new Map<string, string>();
  const edges: [string, string, string][] = [];
  const classes = new Set<string>();
  let depth = 0;
  for (const line of lines) {
    // The lexer takes this for a statement wherever it stands, also within quotes.
    expect(line).not.toMatch(/direction\s+(?:TB|BT|RL|LR)/u);
    const node = NODE.exec(line);
    const edge = EDGE.exec(line);
    const subgraph = SUBGRAPH.exec(line);
    if (node?.[1] !== undefined) {
      expect(nodes.has(node[1]), line).toBe(false);
      nodes.set(node[1], node[2] ?? '');
    } else if (edge?.[1] !== undefined && edge[2] !== undefined) edges.push([edge[1], line, edge[2]]);
    else if (subgraph?.[1] !== undefined) {
      expect(nodes.has(subgraph[1])).toBe(false);
      nodes.set(subgraph[1], 'subgraph');
      depth += 1;
    } else if (/^ +end$/u.test(line)) depth -= 1;
    else if (CLASS.test(line)) classes.add(CLASS.exec(line)?.[1] ?? '');
    else expect(line).toMatch(ACCESS);
    expect(depth).toBeGreaterThanOrEqual(0);
  }
  expect(depth).toBe(0);
  for (const [from, line, to] of edges) for (const end of [from, to]) expect(nodes.has(end), line).toBe(true);
  for (const name of nodes.values()) if (name !== 'subgraph') expect(classes.has(name)).toBe(true);
  return { nodes, edges };
}

const line = (scene: Scene, pattern: RegExp): string[] => mermaidDiagram(scene).filter((each) => pattern.test(each)).map((each) => each.trim());

describe('the diagram as Mermaid', () => {
  const { snapshot, predictions } = large();
  it.each(Object.entries({ healthy: sceneOf(lab, healthyLab), broken: sceneOf(lab, brokenLab), half: sceneOf(lab, halfLab), large: sceneOf(snapshot, predictions), unpredicted: sceneOf(lab, new Map()) }))('is of its grammar: %s', (_, scene) => {
    const { nodes } = read(scene);
    expect([...nodes.keys()].filter((id) => id.startsWith('ins'))).toHaveLength(instancesOf(scene).length);
  });

  it('draws the ways of the lab', () => {
    const scene = sceneOf(lab, healthyLab);
    expect(line(scene, /-->/u)).toEqual([
      'igw7 -->|"✔ SSH"| ins2', 'net0 --> igw7', 'you0 --> net0',
      'ins3 -->|"✔ session"| igw7', 'igw7 --> net0', 'net0 --> ssm0',
      'ins6 -->|"✔ session"| nat4', 'nat4 --> igw7',
      'ins10 -->|"✔ session"| ep11', 'ep11 --> ssm0', 'ins10 -->|"✔ session"| ep12', 'ep12 --> ssm0',
    ]);
    expect(line(scene, /ins6\[/u)).toEqual(['ins6["✔ 3 Instance3<br/>10.0.2.18"]:::open']);
  });

  it('ends a way where it is cut, with a cross', () => {
    expect(line(sceneOf(lab, brokenLab), /-\.-/u)).toEqual(['ins2 -.-x|"✘ SSH"| igw7', 'ins3 -.-x|"✘ session"| igw7', 'ins6 -.-x|"✘ session"| ssm0', 'ins10 -.-x|"✘ session"| ep11', 'ins10 -.-x|"✘ session"| ep12']);
    expect(line(sceneOf(lab, halfLab), /nat4 |unk\d+ *$/u)).toEqual(['ins3 -.->|"? session"| unk15', 'nat4 -.-x|"✘"| igw7']);
  });

  it.each([...HOSTILE, 'direction TB', 'direction  LR x', 'end', 'style a:b#c;'])('has a name as text only: %j', (text) => {
    const instances = lab.instances.map((instance) => ({ ...instance, name: text }));
    const names = Object.fromEntries(Object.keys(lab.names).map((key) => [key, text]));
    const { edges, nodes } = read(sceneOf({ ...lab, instances, names, stack: text, region: text }, healthyLab));
    const plain = read(sceneOf(lab, healthyLab));
    expect([edges.length, nodes.size]).toEqual([plain.edges.length, plain.nodes.size]);
  });
});
