#!/usr/bin/env node
// The shim and nothing else. The version check is a file of its own because imports run first, and an old Node
// would stumble over the bundle's syntax before it could be told what is wrong.
import './node-version.js';
import module from 'node:module';

// The SDK announces the end of Node 20 on stderr at every start; what we pin has to run here (docs/dependencies.md).
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
// oclif would load semver at every start to compare Node's version with its own wish; node-version.js has compared it with ours, which is higher.
process.env['OCLIF_DISABLE_ENGINE_WARNING'] ??= 'true';
module.enableCompileCache?.();
const { main } = await import('../dist/cli.js');
await main(import.meta.url, process.argv.slice(2));
