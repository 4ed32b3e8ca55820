#!/usr/bin/env node
// The shim on a fresh build. oclif's own TypeScript loading is not used: with TypeScript 7 it silently runs what was
// built last (facts/styles.md §5.2).
import { build } from '../scripts/build.mjs';

await build();
await import('./run.js');
