/** The version of this build; the region says its own, so that a CLI of another version can name the mismatch. */
export const VERSION = '0.1.0';
