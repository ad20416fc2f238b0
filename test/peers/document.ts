import { readFacts } from './log-facts.ts';
import { explain, type Rule } from './rule.ts';
import { MAILGRAPH_RULES } from './rules-mailgraph.ts';
import { PFLOGSUMM_RULES } from './rules-pflogsumm.ts';

const RIGHT: Readonly<Record<Rule<string>['right'], string>> = { ours: 'ours', theirs: 'theirs', both: 'both: another question' };

/** The rules of docs/counting.md, one table a tool. */
export function rulesText(): string {
  return (
    [
      ['pflogsumm 1.1.5', PFLOGSUMM_RULES],
      ['mailgraph 1.14', MAILGRAPH_RULES],
    ] as const
  )
    .map(([tool, rules]) => `### ${tool}\n\n${table(['rule', 'figures', 'what it does', 'what you see', 'right'], rules.map(row))}`)
    .join('\n\n');
}

function row({ name, adds, says, effect, right }: Rule<string>): string[] {
  return [name, Object.keys(adds).join(', '), says, effect, RIGHT[right]];
}

/** What the two tools and we make of one log, and by which rules. */
export function exampleText(
  log: string,
  tools: readonly {
    readonly tool: string;
    readonly rules: readonly Rule<string>[];
    readonly theirs: Readonly<Record<string, number>>;
    readonly ours: Readonly<Record<string, number>>;
  }[],
): string {
  const facts = readFacts(log);
  const rows = tools.flatMap(({ tool, rules, theirs, ours }) =>
    Object.keys(theirs)
      .filter((figure) => theirs[figure] !== ours[figure])
      .map((figure) => {
        const because = Object.entries(explain(rules, figure, facts)).map(
          ([name, value]) => `${value > 0 ? '+' : '−'}${Math.abs(value)} ${name}`,
        );
        return [`${tool}: ${figure}`, String(theirs[figure]), String(ours[figure]), because.join('; ')];
      }),
  );
  return table(['figure', 'theirs', 'ours', 'theirs is ours and'], rows);
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
