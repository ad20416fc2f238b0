/** The groups of an IPv6 address, before and behind `::`. */
const groups = (ip: string, part: 1 | 2): string => `string_split(nullif(split_part(${ip}, '::', ${part}), ''), ':')`;

/** The network of an address as text: `192.0.2.0/24`, `2001:db8:7::/64`. What is no address stays as it is. */
export function networkSql(ip: string): string {
  const before = groups(ip, 1);
  const behind = groups(ip, 2);
  const zeros = `list_resize(CAST([] AS VARCHAR[]), greatest(0, 8 - coalesce(len(${before}), 0) - coalesce(len(${behind}), 0)), '0')`;
  const four = `list_concat(list_concat(${before}, ${zeros}), ${behind})[1:4]`;
  return `CASE WHEN contains(${ip}, ':') THEN concat(regexp_replace(array_to_string(${four}, ':'), '(:0)+$', ''), '::/64')
    WHEN regexp_matches(${ip}, '^\\d+\\.\\d+\\.\\d+\\.\\d+$') THEN concat(regexp_extract(${ip}, '^\\d+\\.\\d+\\.\\d+'), '.0/24') ELSE ${ip} END`;
}

/** Is it nothing but this host? A webmail logs in to IMAP from there. */
export const elsewhereSql = (ip: string): string => `${ip} NOT IN ('', '::1') AND NOT starts_with(${ip}, '127.')`;
