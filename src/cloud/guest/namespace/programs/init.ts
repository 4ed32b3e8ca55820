/** The machine's pid 1: takes in what has lost its parent, and lets its users become root. */

export const INIT = `#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Each request is a job of its own: with the signals' defaults, and in a group that signals can be sent to.
set -m
exec 3<> /run/ssmlab/sudo
while :; do
  read -r -u 3 client || continue
  [[ $client =~ ^[0-9]+$ ]] && /usr/local/lib/ssmlab/elevate "$client" 3>&- &
done
`;
