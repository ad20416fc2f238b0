/** One thing that was looked at. `cure` is empty where nothing is wrong, and where the text says it already. */
export interface Finding {
  readonly check: string;
  readonly result: 'ok' | 'warning' | 'wrong';
  readonly text: string;
  readonly cure: string;
}

export const ok = (check: string, text: string): Finding => ({ check, result: 'ok', text, cure: '' });
export const warning = (check: string, text: string, cure: string): Finding => ({ check, result: 'warning', text, cure });
export const wrong = (check: string, text: string, cure: string): Finding => ({ check, result: 'wrong', text, cure });
