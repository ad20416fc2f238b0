#!/usr/bin/env node
// libuv reads its pool's size when the pool is first used, which loading an ES module already does. A store that answers slow
// questions holds several of its threads: with the default of 4, reading logs would wait for them.
process.env.UV_THREADPOOL_SIZE ??= '16';
void import('../dist/src/main.js');
