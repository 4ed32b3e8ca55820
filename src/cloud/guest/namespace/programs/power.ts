/** shutdown, poweroff, halt, reboot: the request goes to the region, and what follows is EC2's to say (InstanceInitiatedShutdownBehavior). */

/** By its own name; a folder's name is the request. One that is scheduled is a process that sleeps, and says what for in its command line. */
export const POWER = `#!/bin/bash
folder=/run/ssmlab/power
name=\${0##*/}
usage() { printf '%s: %s\\n' "$name" "$1" >&2; exit 1; }
denied() { printf 'Failed to set wall message, ignoring: Interactive authentication required.\\nCall to %s failed: Interactive authentication required.\\n' "$1" >&2; exit 1; }
cancel() { local sleeper; [[ -e /run/ssmlab/scheduled ]] && { sleeper=$(< /run/ssmlab/scheduled); rm -f /run/ssmlab/scheduled; kill "$sleeper"; } 2> /dev/null; }
request() { cancel; mkdir "$folder/$1.$$.$RANDOM"; }
root() { ((EUID == 0)) && [[ -w $folder ]]; }
now=off what=PowerOff
[[ $name == halt ]] && what=Halt
[[ $name == reboot ]] && now=reboot what=Reboot
time= off= only_warn=
while (($# > 0)); do
  case $1 in
  --wtmp-only) exit 0 ;;
  --reboot) now=reboot ;;
  --poweroff | --halt) now=off ;;
  --force | --no-wall | --no-wtmp | --no-sync) ;;
  --*) usage "unrecognized option '$1'" ;;
  -*)
    for ((at = 1; at < \${#1}; at++)); do
      case $name-\${1:at:1} in
      shutdown-c) off=1 ;;
      shutdown-k) only_warn=1 ;;
      shutdown-r | *-r) now=reboot ;;
      shutdown-[HPhf] | *-[fpnd]) ;;
      poweroff-w | halt-w | reboot-w) exit 0 ;;
      *) usage "invalid option -- '\${1:at:1}'" ;;
      esac
    done ;;
  *)
    [[ $name == shutdown ]] || usage 'Too many arguments.'
    [[ -n $time ]] || time=$1 ;;
  esac
  shift
done
[[ $name == shutdown && $now == reboot ]] && what=Reboot
root || denied "$what"
if [[ -n $off ]]; then cancel; exit 0; fi
if [[ $name != shutdown ]]; then request "$now"; exit 0; fi
current=$(date +%s)
case $time in
'') delay=60 ;;
now) delay=0 ;;
*)
  if [[ $time =~ ^\\+?([0-9]{1,4})$ ]]; then delay=$((10#\${BASH_REMATCH[1]} * 60))
  elif [[ $time =~ ^([0-9]{1,2}):([0-9]{2})$ ]] && ((10#\${BASH_REMATCH[1]} < 24 && 10#\${BASH_REMATCH[2]} < 60)); then
    delay=$(((10#\${BASH_REMATCH[1]} * 60 + 10#\${BASH_REMATCH[2]}) * 60 - current % 86400))
    ((delay > 0)) || ((delay += 86400))
  else usage "Failed to parse time specification: $time"; fi ;;
esac
# With -k only the warning goes out, and there is nobody else to warn.
[[ -n $only_warn ]] && exit 0
if ((delay == 0)); then request "$now"; exit 0; fi
cancel
setsid bash --norc -c 'sleep "$1" && rm -f /run/ssmlab/scheduled && mkdir "$3/$2.$$"' "$name" "$delay" "$now" "$folder" < /dev/null > /dev/null 2>&1 &
echo $! > /run/ssmlab/scheduled
[[ $now == reboot ]] && title=Reboot || title=Shutdown
printf "%s scheduled for %s, use 'shutdown -c' to cancel.\\n" "$title" "$(LC_ALL=C TZ=UTC date -d "@$((current + delay))" '+%a %Y-%m-%d %T UTC')" >&2
exit 0
`;
