/** Ends the process with a clear word on a Node that is too old. Written for old Nodes: no newer syntax. */
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  process.stderr.write('error: Node ' + process.versions.node + ' is too old for ssmlab   [node-too-old]\n');
  process.stderr.write('hint:  install Node 20.19 or newer\n');
  process.exit(3);
}
