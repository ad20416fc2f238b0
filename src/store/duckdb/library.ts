/**
 * DuckDB's client, loaded as the CommonJS that it is: of a module that is imported, Node reads all eighty files to find what it exports,
 * and each command would start a tenth of a second later for that.
 */
import { createRequire } from 'node:module';
import type * as Api from '@duckdb/node-api';
import type * as Bindings from '@duckdb/node-bindings';

const load = createRequire(import.meta.url);

const api = load('@duckdb/node-api') as typeof Api;
export const { BIGINT, DOUBLE, DuckDBInstance, DuckDBTableFunction, ENUM, INTEGER, LIST, listValue, VARCHAR } = api;
export const bindings = load('@duckdb/node-bindings') as typeof Bindings;
