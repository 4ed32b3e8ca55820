/** What bounds a machine, where the kernel has no cgroup to offer to those who are not the host's root. */

/** A fork bomb ends here: processes and threads of one user. Root of the machine cannot raise it, it has no say over the host's limits. */
export const MOST_PROCESSES = 512;
/** What all of a machine's files may hold together, as on every guest; for tmpfs's `size`. */
export const DISK = '256m';
export const INODES = 65_536;
