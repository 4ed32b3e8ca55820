/**
 * `sudo` and `su` for a machine on which no setuid bit counts (no_new_privs, `fabric.md` §3). The user's side writes
 * down what is to be run and asks init, by a pipe that only ec2-user and ssm-user can write to; init runs it as root.
 *
 * What is run has the user's own terminal and pipes, opened anew; what cannot be opened again (a file that is being
 * appended to) is carried. It is in a process group of its own, which gets the signals that reach the user's side. A
 * shell at a terminal needs one that it controls: it gets a new one, carried to and fro, as by sudo's use_pty.
 */
import { LIMITS } from '../limits.js';

/** Shared by both sides: the accounts, and how a process of root's becomes one of them. */
export const BECOME = `# Sourced. become NAME: the words before a command that make it the user's, in the array become.
uid_mode=$(< /usr/local/lib/ssmlab/uid-mode)
# account NAME or NUMBER: into name, uid, gid, home and shell.
account() {
  local line wanted=$1
  while IFS=: read -r name _ uid gid _ home shell; do
    [[ $name == "$wanted" || "#$uid" == "$wanted" ]] && return
  done < /etc/passwd
  return 1
}
become() {
  account "$1" || return
  local IFS=: group number members groups=
  while read -r group _ number members; do [[ ,$members, == *",$name,"* ]] && groups+=,$number; done < /etc/group
  become=(setpriv --no-new-privs --)
  ((uid == 0)) && return
  if [[ $uid_mode == single ]]; then become=(unshare --user "--map-user=$uid" "--map-group=$gid" --)
  elif [[ -n $groups ]]; then become=(setpriv "--reuid=$uid" "--regid=$gid" "--groups=\${groups#,}" --no-new-privs --)
  else become=(setpriv "--reuid=$uid" "--regid=$gid" --clear-groups --no-new-privs --); fi
}
`;

/** sudo's secure_path, with the folders in which the lab's own programs are. */
const SECURE_PATH = '/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin';

export const SUDO = `#!/bin/bash
. /usr/local/lib/ssmlab/become
die() { printf 'sudo: %s\\n' "$1" >&2; exit 1; }
target=root login= as_shell= keep=
while [[ $1 == -* ]]; do
  case $1 in
  --) shift; break ;;
  -u | --user) (($# > 1)) || die "option requires an argument -- 'u'"; target=$2; shift ;;
  --user=*) target=\${1#*=} ;;
  -u?*) target=\${1#-u} ;;
  -i | --login) login=1 ;;
  -s | --shell) as_shell=1 ;;
  -E | --preserve-env) keep=1 ;;
  -l | --list) printf 'User %s may run the following commands on %s:\\n    (ALL) NOPASSWD: ALL\\n' "$(id -un)" "\${HOSTNAME%%.*}"; exit 0 ;;
  -n | -H | -S | -b | --non-interactive | --set-home | --stdin) ;;
  -k | -v | -K | --reset-timestamp | --validate) (($# > 1)) || exit 0 ;;
  -V | --version) echo 'Sudo of an ssmlab guest: root by request to init'; exit 0 ;;
  *) die "invalid option -- '\${1#-}'" ;;
  esac
  shift
done
caller=$(id -un) caller_uid=$(id -u) caller_gid=$(id -g)
variables=()
while [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_]*= ]]; do variables+=("$1"); shift; done
account "$target" || die "unknown user $target
sudo: error initializing audit plugin sudoers_audit"
(($# > 0)) || [[ -n $login$as_shell ]] || die 'a command is needed: sudo [-u user] [-i|-s] command'
command=("$@") first=
if [[ -n $login$as_shell ]]; then
  command=(/bin/bash)
  [[ -n $login ]] && first=-bash
  if (($# > 0)); then
    printf -v line '%q ' "$@"
    command+=(-c "$line")
  fi
else
  PATH=${SECURE_PATH} type -P -- "$1" > /dev/null || { printf 'sudo: %s: command not found\\n' "$1" >&2; exit 1; }
fi
environment=()
[[ -n $keep ]] && while IFS= read -r -d '' variable; do environment+=("$variable"); done < <(env -0)
environment+=("TERM=\${TERM:-unknown}" "LANG=\${LANG:-C.UTF-8}" "HOME=$home" "LOGNAME=$name" "USER=$name" "SHELL=$shell" "PATH=${SECURE_PATH}" "SUDO_USER=$caller" "SUDO_UID=$caller_uid" "SUDO_GID=$caller_gid" "SUDO_COMMAND=$*" "\${variables[@]}")
directory=$PWD
[[ -n $login ]] && directory=$home
if ((caller_uid == 0)); then
  become "$name"
  cd -- "$directory" 2> /dev/null || cd /
  exec env -i "\${environment[@]}" "\${become[@]}" bash --norc -c 'exec \${1:+-a "$1"} "\${@:2}"' sudo "$first" "\${command[@]}"
fi

place=/run/ssmlab/requests/$$
mkdir -m 700 -- "$place" && mkfifo -m 600 "$place/control" "$place/status" "$place/resume" || die 'the request could not be made'
trap 'rm -rf -- "$place"' EXIT
exec 3<> "$place/control" 4<> "$place/status"
# How each stream gets to the command.
streams=() carriers=()
own_terminal=
if [[ -t 0 && -t 1 && -t 2 ]]; then
  case \${command[0]##*/} in bash | sh | dash | zsh | fish | su | tmux | screen | script) own_terminal=1 ;; esac
fi
if [[ -n $own_terminal ]]; then
  mkfifo -m 600 "$place/0" "$place/1"
  streams=(terminal terminal terminal)
else
  for file in 0 1 2; do
    if [[ -t $file || -p /dev/fd/$file || -c /dev/fd/$file ]]; then streams+=(again)
    elif [[ ! -e /dev/fd/$file ]]; then streams+=(none)
    elif ((file == 0)) && [[ -f /dev/fd/0 ]]; then
      read -r _ position < /proc/$$/fdinfo/0
      streams+=("$position")
    else
      mkfifo -m 600 "$place/$file"
      streams+=(carried)
    fi
  done
fi
mask=$(umask) size=
[[ -t 0 ]] && size=$(stty size)
declare -p streams command first environment directory mask name size > "$place/request"
# In a process of its own: this one's files are the command's, and a redirection would change them for a moment.
tell() (echo "$@" >&3)
for signal in INT QUIT TERM HUP USR1 USR2 CONT TSTP; do trap "tell signal $signal" "$signal"; done
[[ -w /run/ssmlab/sudo ]] || die "$caller is not in the sudoers file."
if [[ -n $own_terminal ]]; then
  saved=$(stty -g)
  stty raw -echo
  trap 'stty "$saved"; rm -rf -- "$place"' EXIT
  exec 5<&0
  # Of a changed size only wait hears at once.
  (
    trap 'kill "$copier"' TERM
    # Rows and columns may change one after the other.
    trap 'for delay in 0.02 0.1; do sleep $delay; size=$(stty size <&5) && tell size $size; done' WINCH
    cat <&5 > "$place/0" &
    copier=$!
    while wait "$copier"; (($? > 128)) && kill -0 "$copier"; do :; done 2> /dev/null
  ) &
  reader=$!
  cat < "$place/1" &
  carriers+=($!)
else
  [[ \${streams[1]} == carried ]] && { (trap '' INT QUIT TSTP HUP TERM; exec cat < "$place/1") & carriers+=($!); }
  [[ \${streams[2]} == carried ]] && { (trap '' INT QUIT TSTP HUP TERM; exec cat < "$place/2" >&2) & carriers+=($!); }
  [[ \${streams[0]} == carried ]] && { exec 5<&0; cat <&5 > "$place/0" & reader=$!; }
fi
(echo $$ > /run/ssmlab/sudo)
# A trap waits for read to end, unless bash keeps to POSIX.
set -o posix
while :; do
  # Not by a redirection: file 0 is what the command gets.
  read -r -u 4 word number || continue
  case $word in
  stopped) kill -STOP $$ ;;
  ended) break ;;
  esac
done
[[ -n $reader ]] && kill "$reader" 2> /dev/null
((\${#carriers[@]} == 0)) || wait "\${carriers[@]}" 2> /dev/null
exit "$number"
`;

/** Root's side of one request; its word is the pid of the user's side. */
export const ELEVATE = `#!/bin/bash
. /usr/local/lib/ssmlab/become
set -m
client=$1 place=/run/ssmlab/requests/$1
. "$place/request" || exit
exec 3<> "$place/control" 4<> "$place/status" 5<> "$place/resume"
${LIMITS}
umask "$mask"
become "$name"
cd -- "$directory" 2> /dev/null || cd /
start=(env -i "\${environment[@]}" "\${become[@]}" bash --norc -c 'exec \${1:+-a "$1"} "\${@:2}"' sudo "$first" "\${command[@]}")
run() {
  exec 3>&- 4>&- 5>&-
  case \${streams[0]} in
  terminal)
    export SHELL=/bin/bash
    printf -v line '%q ' "\${start[@]}"
    exec script -qefc "echo \\$\\$ > $place/leader; stty sane rows \${size% *} columns \${size#* }; exec $line" /dev/null < "$place/0" > "$place/1" 2>&1 ;;
  again) exec < /proc/$client/fd/0 ;;
  none) exec <&- ;;
  carried) exec < "$place/0" ;;
  *)
    exec < /proc/$client/fd/0
    dd bs=1M "count=\${streams[0]}" iflag=fullblock,count_bytes status=none > /dev/null ;;
  esac
  case \${streams[1]} in again) exec > /proc/$client/fd/1 ;; none) exec >&- ;; *) exec > "$place/1" ;; esac
  case \${streams[2]} in again) exec 2> /proc/$client/fd/2 ;; none) exec 2>&- ;; *) exec 2> "$place/2" ;; esac
  exec "\${start[@]}"
}
run &
job=$!
size_of() { [[ -e $place/leader ]] && stty -F "/proc/$(< "$place/leader")/fd/0" rows "$1" columns "$2"; }
while read -r -u 3 word number columns; do
  case $word in
  signal)
    kill -s "$number" -- "-$job"
    [[ $number == CONT ]] && echo >&5 ;;
  size) size_of "$number" "$columns" ;;
  esac
done 2> /dev/null &
orders=$!
# The job stops by itself, or by what it was sent: then its user's side stops, too, until it is told to go on.
# No loop: bash breaks out of one in which a job was stopped.
watch() {
  wait "$job"
  status=$?
  read -r line 2> /dev/null < "/proc/$job/stat" || return
  case \${line##*) } in
  T*)
    echo stopped >&4
    read -r -u 5 ;;
  [ZX]*) return ;;
  # It goes on, and bash has not heard of it yet.
  *) sleep 0.02 ;;
  esac
  watch
}
watch
kill -KILL -- "-$orders"
if [[ -d /proc/$client ]]; then echo "ended $status" >&4; else rm -rf -- "$place"; fi
`;

/** `su` for root, who needs no password; nobody else has one to give. */
export const SU = `#!/bin/bash
. /usr/local/lib/ssmlab/become
login= command=() target=root found=
while (($# > 0)); do
  case $1 in
  - | -l | --login) login=1 ;;
  -c | --command) command=(-c "$2"); shift ;;
  --command=*) command=(-c "\${1#*=}") ;;
  -s | --shell | -m | -p | --preserve-environment) [[ $1 == -s || $1 == --shell ]] && shift ;;
  -*) printf "su: invalid option -- '%s'\\n" "\${1#-}" >&2; exit 1 ;;
  *) [[ -z $found ]] && target=$1 found=1 ;;
  esac
  shift
done
account "$target" || { printf 'su: user %s does not exist or the user entry does not contain all the required fields\\n' "$target" >&2; exit 1; }
if (($(id -u) != 0)); then
  echo 'Password: ' >&2
  echo 'su: Authentication failure (no user of this machine has a password; use sudo)' >&2
  exit 1
fi
become "$name"
variables=("HOME=$home" "USER=$name" "LOGNAME=$name" "SHELL=$shell")
first=bash
if [[ -n $login ]]; then
  cd -- "$home" 2> /dev/null || cd /
  first=-bash
  exec env -i "TERM=\${TERM:-dumb}" "LANG=\${LANG:-C.UTF-8}" "PATH=/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin" "\${variables[@]}" "\${become[@]}" bash --norc -c 'exec -a "$1" bash "\${@:2}"' su "$first" "\${command[@]}"
fi
exec env "\${variables[@]}" "\${become[@]}" bash --norc -c 'exec -a "$1" bash "\${@:2}"' su "$first" "\${command[@]}"
`;
