import { test } from 'node:test';
import { DAMAGES, fileDamage, walDamage } from './damage.ts';

for (const name of Object.keys(DAMAGES)) {
  test(`write-ahead log, 40 times: ${name}`, (t) => walDamage(t, name, 40));
}
for (const [name, times] of [
  ['the end is cut off', 30],
  ['a byte is flipped', 60],
] as const) {
  test(`database file, ${times} times: ${name}`, (t) => fileDamage(t, name, times));
}
