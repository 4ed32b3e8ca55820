/**
 * What the netns fabric does, done once in namespaces that end with the script: fabric.md §10, "test by doing, not by
 * reading versions". It prints a line a step: name, tab, `yes` or `no`, tab, what the program said.
 */

/** Before the namespaces: which programs are there. `$1`: their names. */
export const PROGRAMS_SCRIPT = `
for program in $1; do
  if path=$(command -v "$program"); then printf '%s\\tyes\\t%s\\n' "program.$program" "$path"; else printf '%s\\tno\\t\\n' "program.$program"; fi
done
`;

/** Within new user, network, mount, pid, ipc and uts namespaces. The first ping comes before any NAT rule, which would break it. */
export const NAMESPACES_SCRIPT = `
attempt() {
  name=$1
  shift
  if said=$("$@" 2>&1); then printf '%s\\tyes\\t\\n' "$name"; else printf '%s\\tno\\t%s\\n' "$name" "$(printf %s "$said" | head -n 1 | tr '\\t' ' ')"; fi
}
within() { nsenter --net=/run/netns/there "$@"; }
printf 'namespaces\\tyes\\t\\n'
attempt mount.private mount --make-rprivate /
attempt mount.proc mount -t proc proc /proc
attempt mount.tmpfs mount -t tmpfs lab /run
mkdir -p /run/netns /run/pts /run/bind
attempt netns ip netns add there
attempt veth ip link add here type veth peer name there netns there
attempt enter within ip link set there up
attempt sysctl sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
attempt sysctl.ping sh -c 'echo 0 0 >/proc/sys/net/ipv4/ping_group_range'
ip link set lo up
attempt ping ping -c 1 -W 1 -q 127.0.0.1
attempt rule ip rule add fwmark 1/0xffff lookup 1001
attempt blackhole ip route add blackhole 10.0.0.0/16
attempt nft nft add table ip probe
attempt nft.conntrack nft 'add chain ip probe f { type filter hook forward priority 0; policy drop; } ; add rule ip probe f ct state established,related accept'
attempt nft.nat nft 'add chain ip probe p { type nat hook postrouting priority srcnat; } ; add rule ip probe p snat to 192.0.2.1'
attempt nft.map nft 'add map ip probe m { type ifname : verdict; } ; add set ip probe s { type ifname . ipv4_addr; }'
attempt nested unshare -U -r -n true
attempt devpts mount -t devpts -o newinstance,ptmxmode=0666 devpts /run/pts
attempt bind sh -c 'mount --rbind /usr /run/bind && mount -o remount,bind,ro,nosuid,nodev /run/bind'
attempt uts hostname ssmlab-probe
attempt netem tc qdisc add dev lo root netem delay 1ms
`;
