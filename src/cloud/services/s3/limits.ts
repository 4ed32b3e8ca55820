/** How much the local cloud takes. S3 itself takes 5 GiB in one body and 5 TiB in one object. */
export const MAX_PART_BYTES = 100 * 1024 * 1024;
/** Every part of a multipart upload but the last has at least this (S3 user guide, "multipart upload limits"). */
export const MIN_PART_BYTES = 5 * 1024 * 1024;
