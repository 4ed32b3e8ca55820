/**
 * The program that works on a guest's files for the region: bash and the coreutils, inside the machine and as the
 * user, so that the kernel finds every path and judges every access there. A Node process would do it by system calls,
 * but costs 85 ms and 40 MB, and from outside a symbolic link would lead into the host's files.
 *
 * Fields end with NUL. In on file 0: operation, its arguments, and after `write` the data. Out on file 3, after each
 * operation: its error (empty: none), the number of bytes that it put out on file 1, a value. Where it cannot tell what
 * became of the data it ends: an answer without an error says that all of them were read or written.
 */

/** How many arguments each operation has. */
export const ARGUMENTS = {
  stat: 2, list: 1, read: 3, write: 3, create: 2, truncate: 2, makeDirectory: 2, removeDirectory: 1, remove: 1, rename: 2, setMode: 2, setModified: 2, symlink: 2, readLink: 1, realPath: 1,
} as const;

export const FILES_SCRIPT = `export LC_ALL=C QUOTING_STYLE=c
exec 4>&1 1>&2
arguments() { local at; words=(); for ((at = 0; at < $1; at++)); do IFS= read -r -d '' 'words[at]'; done; }
# attempt COMMAND...: its output is the value, or with another status the error.
attempt() { value=$("$@" 2>&1 && printf x) && value=\${value%x} && return; error=\${value:-Input/output error} value=; }
plain() {
  [[ -d $1 ]] && { error='Is a directory'; return 1; }
  [[ ! -e $1 || -f $1 ]]
}
# These two programs say nothing of a file that is not there.
existing() { attempt stat -L -c '' -- "\${words[0]}"; [[ -z $error ]]; }
listing() {
  cd -- "$1" || return
  [[ -r . ]] || { echo "$1: Permission denied"; return 1; }
  shopt -s dotglob nullglob
  set -- *
  (($# == 0)) || printf './%s\\0' "$@" | xargs -0 stat -c '%f %s %u %g %Y %N' -- 2> /dev/null
  :
}
reading() {
  plain "$1" || return
  local report status=0
  report=$(dd if="$1" bs=256K iflag=skip_bytes,count_bytes,fullblock skip="$2" count="$3" 2>&1 >&4) || { status=$? error=\${report:-Input/output error}; }
  # Ended by a signal, dd does not say how much it has put out.
  [[ $report =~ ([0-9]+)' byte' ]] && count=\${BASH_REMATCH[1]} || ((status == 1)) || exit 1
}
writing() {
  plain "$1" || {
    [[ -n $error || -c $1 ]] || error='Operation not supported'
    dd bs=256K count="$3" iflag=fullblock,count_bytes status=none > /dev/null || exit 1
    return
  }
  local report
  report=$(dd bs=256K count="$3" iflag=fullblock,count_bytes status=none | {
    dd of="$1" bs=256K iflag=fullblock conv=notrunc,nocreat oflag=seek_bytes seek="$2" 2>&1
    status=$?
    cat > /dev/null
    exit "$status"
  }; echo "\${PIPESTATUS[@]}")
  # Without all of the data read, what comes next is no operation.
  [[ \${report##*$'\\n'} == '0 '* ]] || exit 1
  [[ \${report##*$'\\n'} == '0 0' && $report =~ ([0-9]+)' byte' && \${BASH_REMATCH[1]} == "$3" ]] && return
  error=\${report%%$'\\n'*}
  [[ $error == dd:* ]] || error='Input/output error'
}
while IFS= read -r -d '' operation; do
  error= count=0 value=
  case $operation in
  stat)
    arguments 2
    if ((words[1])); then attempt stat -L -c '%f %s %u %g %Y' -- "\${words[0]}"; else attempt stat -c '%f %s %u %g %Y' -- "\${words[0]}"; fi ;;
  list) arguments 1; attempt listing "\${words[@]}" ;;
  read) arguments 3; reading "\${words[@]}" ;;
  write) arguments 3; writing "\${words[@]}" ;;
  create)
    arguments 2
    plain "\${words[0]}" && {
      fresh=1
      [[ -e \${words[0]} ]] && fresh=
      umask "$(printf %03o $((0777 & (022 | ~words[1]))))"
      if ! error=$({ : > "\${words[0]}"; } 2>&1); then error=\${error:-Input/output error}
      elif [[ -n $fresh ]] && ((words[1] & 0111)); then attempt chmod "$(printf %03o $((words[1] & 0755)))" -- "\${words[0]}"; fi
      umask 022
    } ;;
  truncate)
    arguments 2
    plain "\${words[0]}" && existing && attempt truncate -c -s "\${words[1]}" -- "\${words[0]}" ;;
  makeDirectory)
    arguments 2
    umask "$(printf %03o $((0777 & (022 | ~words[1]))))"
    attempt mkdir -- "\${words[0]}"
    umask 022 ;;
  removeDirectory) arguments 1; attempt rmdir -- "\${words[0]}" ;;
  remove) arguments 1; attempt unlink -- "\${words[0]}" ;;
  rename) arguments 2; attempt mv -fT -- "\${words[@]}" ;;
  setMode) arguments 2; attempt chmod "$(printf %04o "\${words[1]}")" -- "\${words[0]}" ;;
  setModified)
    arguments 2
    existing && attempt touch -c -m -d "@\${words[1]}" -- "\${words[0]}" ;;
  symlink) arguments 2; attempt ln -sT -- "\${words[@]}" ;;
  readLink) arguments 1; attempt readlink -vn -- "\${words[0]}" ;;
  realPath) arguments 1; attempt realpath -e -- "\${words[0]}"; value=\${value%$'\\n'} ;;
  *) exit 1 ;;
  esac
  printf '%s\\0%s\\0%s\\0' "$error" "$count" "$value" >&3
done`;
