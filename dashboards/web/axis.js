// @ts-check
/**
 * Words on the time axis, in the reader's language: the finest unit that differs, and below it the date where it changes.
 *
 * @param {readonly number[]} splits seconds
 * @param {number} distance seconds between two marks
 * @param {string} lang
 * @param {string} [timeZone] the reader's when absent
 * @returns {string[]}
 */
export function timeLabels(splits, distance, lang, timeZone) {
  /** @param {Intl.DateTimeFormatOptions} options */
  const format = (options) => new Intl.DateTimeFormat(lang, { hourCycle: 'h23', ...(timeZone && { timeZone }), ...options });
  const day = format({ month: 'short', day: 'numeric' });
  const year = format({ year: 'numeric' });
  const upper =
    distance < 60
      ? format({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
      : distance < 86_400
        ? format({ hour: '2-digit', minute: '2-digit' })
        : distance < 28 * 86_400
          ? day
          : format({ month: 'short' });
  const lower = distance < 86_400 ? day : year;
  let before = '';
  return splits.map((split, i) => {
    const ms = split * 1000;
    const context = lower.format(ms);
    const changed = context !== before;
    before = context;
    // A year below the first mark only says something when marks are coarse.
    return changed && (i > 0 || distance < 86_400 || distance >= 28 * 86_400) ? `${upper.format(ms)}\n${context}` : upper.format(ms);
  });
}
