/** A line and what its envelope is. The log is from Berlin, read on 23 November 2026. */
export interface Case {
  readonly name: string;
  readonly line: string;
  readonly time: string;
  readonly host?: string;
  readonly tag: string;
  readonly pid?: number;
  readonly text: string;
  readonly repeat?: number;
  readonly source?: string;
}
