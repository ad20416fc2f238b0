import type { Parser } from '../../src/model/parser.ts';
import { bounce } from './bounce.ts';
import { cleanup } from './cleanup.ts';
import { delivery } from './delivery.ts';
import { master } from './master.ts';
import { pickup } from './pickup.ts';
import { postscreen } from './postscreen.ts';
import { postsuper } from './postsuper.ts';
import { qmgr } from './qmgr.ts';
import { services } from './services.ts';
import { smtpd } from './smtpd.ts';

/** One parser a daemon; no two of them read the same tag. */
export const POSTFIX_PARSERS: readonly Parser[] = [smtpd, postscreen, cleanup, qmgr, delivery, pickup, bounce, postsuper, master, services];
