/** What the `time` keyword prints. */

/** Guest programs have no processor account of their own: user and sys are honest zeros. */
export function timeReport(milliseconds: number, posix: boolean): string {
  const seconds = milliseconds / 1000;
  if (posix) return `real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n`;
  const text = (value: number): string => `${Math.floor(value / 60)}m${(value % 60).toFixed(3)}s`;
  return `\nreal\t${text(seconds)}\nuser\t${text(0)}\nsys\t${text(0)}\n`;
}
