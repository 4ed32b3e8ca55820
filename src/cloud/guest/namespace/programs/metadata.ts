/** `ec2-metadata` for a guest of real processes: bash alone, over IMDSv2 through the guest's own network. */
import { METADATA_HELP, METADATA_ITEMS, TOKEN_FAILED } from '../../image/ec2-metadata.js';

const row = (cells: readonly string[]): string => `'${cells.join('|')}'`;

export const EC2_METADATA = `#!/bin/bash
# Instance metadata as amazon-ec2-utils prints it.
items=(
${METADATA_ITEMS.map(({ label, path, short, long, shown, root }) => row([label, path, short, long, shown ?? root ?? 'value'])).join('\n')}
)
quiet=
read -r -d '' help <<'END'
${METADATA_HELP.trimEnd()}
END
# exchange METHOD TARGET HEADER: the body, without newlines at its end, in $body.
exchange() {
  body=
  exec 3<> /dev/tcp/169.254.169.254/80 || return 1
  printf '%s %s HTTP/1.0\\r\\nHost: 169.254.169.254\\r\\n%s\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n' "$1" "$2" "$3" >&3
  local line status
  read -r -t 5 line <&3 || return 1
  status=\${line#* } status=\${status%% *}
  while IFS= read -r -t 5 line <&3 && [[ $line != $'\\r' ]]; do :; done
  body=$(cat <&3)
  exec 3>&-
  [[ $status == 200 && -n $body ]]
} 2> /dev/null
get() { exchange GET "/latest/$1" "X-aws-ec2-metadata-token: $token"; }
label() { [[ -n $quiet ]] || printf '%s: ' "$1"; }
children() {
  local name names
  get "meta-data/$3" || { label "$1"; echo 'not available'; return; }
  names=$body
  [[ -n $quiet ]] || printf '%s: \\n' "$1"
  while IFS= read -r name; do
    get "meta-data/$2/$name"
    printf '\\t %s: %s\\n' "$name" "$body"
  done <<< "$names"
}
keys() {
  local line keys
  [[ -n $quiet ]] || echo 'public-keys: '
  get meta-data/public-keys/ || { echo 'not available'; return; }
  keys=$body
  while IFS= read -r line; do
    get "meta-data/public-keys/\${line%%=*}/openssh-key"
    printf 'keyname:%s\\nindex:%s\\nformat:openssh-key\\nkey:(begins from next line)\\n%s\\n' "\${line#*=}" "\${line%%=*}" "$body"
  done <<< "$keys"
}
show() {
  local name path short long kind
  IFS='|' read -r name path short long kind <<< "$1"
  case $kind in
  device-mapping) children "$name" block-device-mapping block-device-mapping/ ;;
  tags) children "$name" tags/instance tags/instance ;;
  public-keys) keys ;;
  *)
    [[ $kind == user-data ]] || path=meta-data/$path
    get "$path" || body='not available'
    label "$name"
    printf '%s\\n' "$body" ;;
  esac
}
show_path() {
  local path=$1
  while [[ $path == /* ]]; do path=\${path#/}; done
  [[ $path == latest/* ]] || { [[ $path =~ ^(meta-data|dynamic|user-data)(/|$) ]] || path=meta-data/$path; path=latest/$path; }
  get "\${path#latest/}" || body='not available'
  label "$path"
  printf '%s\\n' "$body"
}
find_item() {
  local item name path short long kind
  for item in "\${items[@]}"; do
    IFS='|' read -r name path short long kind <<< "$item"
    [[ $1 == "-$short" || $1 == "--$long" ]] && { wanted+=("$item"); return; }
  done
  printf "ec2-metadata: unrecognized option '%s'\\n%s\\n" "$argument" "$help" >&2
  exit 1
}
wanted=()
while (($# > 0)); do
  argument=$1
  shift
  case $argument in
  --help) printf '%s\\n' "$help"; exit 0 ;;
  --quiet | -q) quiet=1 ;;
  --all) wanted+=("\${items[@]}") ;;
  --path)
    (($# > 0)) || { echo "ec2-metadata: option '--path' requires an argument" >&2; exit 1; }
    wanted+=("path|$1")
    shift ;;
  --*) find_item "$argument" ;;
  -?*) for ((at = 1; at < \${#argument}; at++)); do find_item "-\${argument:at:1}"; done ;;
  *) find_item '' ;;
  esac
done
exchange PUT /latest/api/token 'X-aws-ec2-metadata-token-ttl-seconds: 900' || { echo '${TOKEN_FAILED}' >&2; exit 1; }
token=$body
((\${#wanted[@]} > 0)) || wanted=("\${items[@]}")
for item in "\${wanted[@]}"; do
  if [[ $item == 'path|'* ]]; then show_path "\${item#path|}"; else show "$item"; fi
done
exit 0
`;
