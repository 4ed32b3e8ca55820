/** What bounds a machine, where the kernel has no cgroup to offer to those who are not the host's root. */

/** A fork bomb ends here: processes and threads of one user. Root of the machine cannot raise it, it has no say over the host's limits. */
const MOST_PROCESSES = 512;
/** Memory of one process, KiB: what it writes to, so that a program may reserve more. */
const MOST_MEMORY = 1 << 20;
/** Open files and sockets of one process. */
const MOST_FILES = 4096;

/**
 * Lines of bash before anything of a guest's runs. A host that allows less keeps to that. The kernel's memory killer takes
 * the guest's processes before any of the host's.
 */
export const LIMITS = `ulimit -u ${MOST_PROCESSES}
ulimit -d ${MOST_MEMORY} 2> /dev/null
ulimit -n ${MOST_FILES} 2> /dev/null
echo 900 > /proc/self/oom_score_adj`;

/** What all of a machine's files may hold together, as on every guest; for tmpfs's `size`. */
export const DISK = '256m';
export const INODES = 65_536;
