// @ts-check

/**
 * The unknown lines as text for a bug report. It is in English whatever the page is in, since its readers are elsewhere.
 *
 * @param {string} version
 * @param {{ understood: number, unknown: number, templates: readonly { program: string, template: string, count: number }[] }} answer
 */
export function bugReport(version, { understood, unknown, templates }) {
  // One shape from several hosts is one; names of hosts stay here.
  /** @type {Map<string, { program: string, template: string, count: number }>} */
  const shapes = new Map();
  for (const { program, template, count } of templates) {
    const key = `${program}\0${template}`;
    const known = shapes.get(key);
    if (known) known.count += count;
    else shapes.set(key, { program, template, count });
  }
  const rows = [...shapes.values()].sort((a, b) => b.count - a.count).map(row);
  const lines = understood + unknown;
  return [
    `mailgraph-ext ${version}: ${unknown} of ${lines} lines are known to no parser.`,
    'Addresses, names, ids and numbers are masked.',
    '',
    ...rows,
    '',
  ].join('\n');
}

/** Indented by four, a line is code to every Markdown. @param {{ program: string, template: string, count: number }} one */
const row = ({ program, template, count }) => `    ${String(count).padStart(6)} ${program}: ${template}`;
