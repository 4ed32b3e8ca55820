/** `ssmlab diagram`: the network drawn, with the way into each instance. */
import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { snapshotFlag, stackFlags } from '../cli/flags.js';
import { labContext } from '../cli/lab-context.js';
import { wantsUnicode } from '../cli/terminal.js';
import { snapshotFor } from '../lib/inventory/snapshot/file.js';
import { predictWaysIn } from '../lib/reachability/ways-in.js';
import { mermaidDiagram } from '../lib/report/diagram/mermaid.js';
import { type Scene, sceneOf } from '../lib/report/diagram/scene.js';
import { svgDiagram } from '../lib/report/diagram/svg.js';
import { textDiagram } from '../lib/report/diagram/text.js';
import { addressSeenIfKnown } from '../lib/target/address-seen.js';
import type { Target } from '../lib/target/target.js';
import { indexModel } from '../lib/vpc/network.js';

export default class Diagram extends BaseCommand {
  static override summary = 'Draw the network, and the way into each instance as its configuration predicts it.';
  static override description = `VPCs, subnets, internet and NAT gateways, endpoints and instances, with a line for each way in to what it leads through: open, closed with the place where it is cut and why, or unknown. Everything is read from the APIs, or from a file with --snapshot; no packet is sent.

Text fits 80 columns and is plain ASCII where the terminal has nothing else. SVG is one file without script, font or image of others. Mermaid is what GitHub and GitLab draw in Markdown.`;
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --format svg > lab.svg', '<%= config.bin %> <%= command.id %> --format mermaid --snapshot lab.json'];
  static override flags = {
    format: Flags.option({ options: ['text', 'svg', 'mermaid'] as const, default: 'text', description: 'how it is drawn', helpGroup: 'DRAWING' })(),
    ascii: Flags.boolean({ description: 'text without any sign beyond ASCII', helpGroup: 'DRAWING' }),
    ...snapshotFlag,
    ...stackFlags,
  };
  static override enableJsonFlag = true;

  async run(): Promise<Scene> {
    const { flags } = await this.parse(Diagram);
    let asked: Target | undefined;
    const { snapshot, said } = await snapshotFor(async () => (asked = (await labContext(flags)).target), flags.stack, flags.snapshot);
    const from = await addressSeenIfKnown(snapshot.fabric, asked);
    const scene = sceneOf(snapshot, predictWaysIn(snapshot, indexModel(snapshot.network), from));
    if (flags.format === 'svg') this.print(svgDiagram(scene));
    else if (flags.format === 'mermaid') this.print(mermaidDiagram(scene));
    else {
      const unicode = !flags.ascii && wantsUnicode({ isTty: process.stdout.isTTY, environment: process.env });
      this.print(textDiagram(scene, { style: unicode ? this.style : { ...this.style, ...ASCII_SIGNS }, unicode, width: this.width }));
    }
    if (said !== undefined) this.say(said);
    return scene;
  }
}

const ASCII_SIGNS = { ok: 'ok', fail: 'FAIL', unknown: '?', absent: '-', separator: '-' } as const;
