/**
 * What the netns fabric does, done once in namespaces that end with the script: fabric.md §10, "test by doing, not by
 * reading versions". It prints a line a step: name, tab, `yes` or `no`, tab, what the program said.
 */

const ATTEMPT = `
attempt() {
  name=$1
  shift
  if said=$("$@" 2>&1); then printf '%s\\tyes\\t\\n' "$name"; else printf '%s\\tno\\t%s\\n' "$name" "$(printf %s "$said" | head -n 1 | tr '\\t' ' ')"; fi
}
`;

/** Before the namespaces: which programs are there. `$1`: their names. */
export const PROGRAMS_SCRIPT = `${ATTEMPT}
for program in $1; do
  if path=$(command -v "$program"); then printf '%s\\tyes\\t%s\\n' "program.$program" "$path"; else printf '%s\\tno\\t\\n' "program.$program"; fi
done
attempt pdeathsig setpriv --pdeathsig KILL true
`;

/** Rules of every kind that the plan makes. test/unit/cloud/fabric/netns/probe.test.ts holds the two together. */
const RULES: Readonly<Record<string, string>> = {
  'nft': `add table ip probe
add chain ip probe track
add chain ip probe gate { type filter hook forward priority -10; policy drop; }
add chain ip probe arrival { type filter hook prerouting priority raw; policy accept; }
add chain ip probe fragments { type filter hook prerouting priority -450; policy accept; }
add chain ip probe mangling { type filter hook prerouting priority mangle; policy accept; }
add chain ip probe departure { type filter hook postrouting priority 300; policy accept; }
add rule ip probe gate iifname { "e-*", "igw" } tcp dport 1-65535 counter drop
add rule ip probe gate meta l4proto udp udp dport 53 accept comment "probe"
add rule ip probe fragments ip protocol != udp ip frag-off & 0x3fff != 0 counter drop
add chain ip probe inward { type filter hook input priority 0; policy drop; }
add rule ip probe gate icmp type echo-request icmp code 0 goto track
add rule ip probe gate icmp type destination-unreachable icmp code frag-needed accept
add rule ip probe gate icmp type { echo-reply, destination-unreachable, redirect, time-exceeded } jump track
add rule ip probe gate tcp flags & (syn | ack) == syn accept`,
  'nft.conntrack': `add rule ip probe gate ct state established,related accept
add rule ip probe gate ct direction original ct mark and 1 == 1 accept
add rule ip probe gate ct direction reply ct status dnat accept
add rule ip probe track ct state new ct mark set ct mark or 1
add rule ip probe mangling meta mark set ct mark`,
  'nft.timeout': `add ct timeout ip probe tcp_350 { protocol tcp; l3proto ip; policy = { established : 350 }; }
add rule ip probe gate iifname "e-1" ct state new meta l4proto tcp ct timeout set "tcp_350"`,
  'nft.nat': `add chain ip probe inwards { type nat hook prerouting priority dstnat; }
add chain ip probe inside { type nat hook output priority -100; }
add chain ip probe outwards { type nat hook postrouting priority srcnat; }
add map ip probe identities { type ipv4_addr : ipv4_addr; }
add rule ip probe inwards dnat to 192.0.2.1
add rule ip probe inside dnat to 192.0.2.1
add rule ip probe outwards oifname "svc" snat to ip saddr map @identities
add rule ip probe outwards oifname "door" snat to ct original ip daddr map @identities
add rule ip probe outwards meta l4proto { tcp, udp } snat to 192.0.2.1:1024-65535 fully-random`,
  'nft.map': `add map ip probe subnets { type ifname : mark; }
add map ip probe groups { type ifname : verdict; }
add map ip probe acls { type mark : verdict; }
add set ip probe own { type ifname . ipv4_addr; elements = { "e-1" . 10.0.1.16 }; }
add set ip probe same { type mark . ifname; }
add set ip probe listens { type inet_service; }
add set ip probe vpc { type ipv4_addr; flags interval; elements = { 10.0.0.0/16 }; }
add rule ip probe arrival meta mark set iifname map @subnets
add rule ip probe arrival iifname . ip saddr != @own counter drop
add rule ip probe gate meta mark . oifname @same accept
add rule ip probe gate meta mark vmap @acls
add rule ip probe gate iifname vmap @groups
add rule ip probe gate tcp dport @listens ip saddr @vpc accept`,
  'nft.packet': `add chain ip probe ttl
add rule ip probe ttl ip ttl set 65
add rule ip probe arrival ip ttl vmap { 64 : jump ttl }
add rule ip probe arrival ip daddr set ip daddr map @identities accept
add rule ip probe departure ip saddr set ip saddr map @identities accept
add rule ip probe gate tcp flags syn tcp option maxseg size set 1460`,
  'nft.reject': 'add rule ip probe gate ct state invalid ip saddr @vpc tcp flags & rst == 0 reject with tcp reset',
  'nft.fib': 'add chain ip probe answers { type filter hook output priority 0; policy accept; }\nadd rule ip probe answers oifname "lo" fib daddr type != local counter drop\nadd rule ip probe mangling meta length <= 1500 fib daddr . mark oifname != { "igw", "e-1" } accept',
};

/** All rules of the rehearsal, for the test that compares them with the plan's. */
export const REHEARSED_RULES = Object.values(RULES).join('\n');

const rules = (name: string): string => `rules() { nft -f - <<'NFT'\n${RULES[name]}\nNFT\n}\nattempt ${name} rules\n`;

/**
 * Within new user, network, mount, pid, ipc and uts namespaces. The first ping comes before any NAT rule, which would break it.
 * `$1`: bash's text that makes the root file system of an instance; it is tried beside the rest.
 */
export const NAMESPACES_SCRIPT = `${ATTEMPT}within() { nsenter --net=/run/netns/there "$@"; }
batch() { ip -batch - <<IP
$1
IP
}
printf 'namespaces\\tyes\\t\\n'
attempt mount.private mount --make-rprivate /
attempt mount.proc mount -t proc proc /proc
attempt mount.tmpfs mount -t tmpfs -o mode=755,size=64m ssmlab /run
mkdir -p /run/netns
attempt nested unshare -U -r -n true
machine() { unshare -U -r --mount --pid --uts --ipc --cgroup --fork --kill-child --mount-proc setpriv --no-new-privs -- bash --norc -c "$1" </dev/null; }
attempt machine machine "$1" >/run/machine &
attempt netns ip netns add there
attempt veth ip link add here type veth peer name there netns there
attempt enter within ip link set there up
ip link set lo up
ip link set here up
attempt sysctl sh -c 'cd /proc/sys/net/ipv4 && echo 1 >ip_forward && echo 1 >ip_nonlocal_bind && for name in rp_filter send_redirects accept_redirects arp_ignore accept_local; do echo 0 >conf/all/$name; done && echo 1 >conf/here/proxy_arp && echo 1 >conf/here/route_localnet'
attempt sysctl.ping sh -c 'echo 0 0 >/proc/sys/net/ipv4/ping_group_range'
attempt ping ping -c 1 -W 1 -q 127.0.0.1
attempt rule batch 'rule add pref 90 fwmark 1 to 10.0.1.0/24 lookup main
rule add pref 100 fwmark 1 lookup 1001
rule add pref 32765 blackhole
route replace default via 10.0.1.200 dev here onlink table 1001
neigh replace 10.0.1.16 lladdr 0a:00:00:00:00:01 dev here nud permanent
ntable change name arp_cache dev here proxy_delay 0'
attempt blackhole batch 'route replace blackhole default table 1001 metric 9999
route replace throw 10.0.0.0/16 table 1001'
${Object.keys(RULES).map(rules).join('')}
attempt sysctl.conntrack sh -c 'cd /proc/sys/net/netfilter && for name in tcp_loose tcp_be_liberal; do echo 1 >nf_conntrack_$name; done && for name in tcp_timeout_established udp_timeout udp_timeout_stream; do echo 350 >nf_conntrack_$name; done'
attempt netem tc qdisc add dev lo root netem delay 1ms
wait
cat /run/machine
`;
