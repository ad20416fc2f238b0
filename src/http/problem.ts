import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { OperationalError } from '../model/errors.ts';
import type { ErrorCode } from '../model/errors.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** RFC 9457, with `code` to switch on and `errors` naming each parameter that is wrong. */
const ProblemDetails = Type.Object(
  {
    type: Type.String({ description: 'A URI that names the kind of problem' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'One sentence for a person' }),
    code: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ parameter: Type.String(), message: Type.String() }))),
  },
  { description: 'RFC 9457 problem details' },
);
type ProblemDetails = Type.Static<typeof ProblemDetails>;

const described = (description: string): object => ({ description, content: { 'application/problem+json': { schema: ProblemDetails } } });

/** What every route may answer besides its own. */
export const problemResponses = {
  '4xx': described('The question is wrong, or there is nothing to answer'),
  '5xx': described('The service or its store failed'),
};

type ParameterProblem = { parameter: string; message: string };

/** A parameter has a value that the schema lets through and that means nothing. */
export class ParameterError extends Error {
  readonly parameter: string;

  constructor(parameter: string, message: string) {
    super(message);
    this.name = 'ParameterError';
    this.parameter = parameter;
  }
}

export function problem(status: number, code: string, detail: string, errors?: ParameterProblem[]): ProblemDetails {
  return {
    type: `urn:mailgraph-ext:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    ...(errors && { errors }),
  };
}

export function sendProblem(reply: FastifyReply, details: ProblemDetails): FastifyReply {
  return reply.code(details.status).header('cache-control', 'no-store').type(PROBLEM_TYPE).send(details);
}

const OPERATIONAL_STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: 400,
  not_found: 404,
  query_timeout: 503,
  store_locked: 503,
  store_unusable: 503,
  store_newer: 503,
  store_damaged: 503,
  disk_full: 503,
  service_unreachable: 503,
};

/** What a failed request answers. What is ours to repair is logged, and tells the outside nothing but its code. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ParameterError) return sendProblem(reply, invalid([{ parameter: error.parameter, message: error.message }]));
  if ('validation' in error && error.validation) {
    return sendProblem(reply, invalid(error.validation.map(validationProblem)));
  }
  if (error instanceof OperationalError) {
    const status = OPERATIONAL_STATUS[error.code] ?? 500;
    // The page went on, and its question was given up: nothing failed, and nobody hears the answer.
    const isLeft = error.code === 'query_timeout' && request.signal.aborted;
    if (status >= 500 && !isLeft) request.log.error({ err: error, code: error.code }, 'a request failed');
    if (status === 503) reply.header('retry-after', '5');
    return sendProblem(reply, problem(status, error.code, error.message));
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500) return sendProblem(reply, problem(status, 'invalid_request', error.message));
  request.log.error({ err: error }, 'a request failed');
  return sendProblem(reply, problem(500, 'internal', 'The service failed on this request; its log says why.'));
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, problem(404, 'not_found', 'There is nothing at this address; /docs lists what there is.'));
}

/** Where node stopped reading before there was a request; anything else is no HTTP. */
const UNREAD: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The address and the headers are too long together; ask for fewer values at once.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come whole in time.'],
};

/** A problem, too, for what never became a request: there is no reply to send it with. */
export function answerUnread(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const [status, detail] = UNREAD[error.code ?? ''] ?? [400, 'This is not an HTTP request.'];
    const body = JSON.stringify(problem(status, 'invalid_request', detail));
    const headers = [`content-type: ${PROBLEM_TYPE}`, `content-length: ${Buffer.byteLength(body)}`, 'x-content-type-options: nosniff'];
    socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...headers, 'connection: close', '', body].join('\r\n'));
  }
  socket.destroy(error);
}

const invalid = (errors: ParameterProblem[]): ProblemDetails => {
  const detail = errors.map(({ parameter, message }) => `\`${parameter}\` ${message}`).join('; ');
  return problem(400, 'invalid_parameter', `${detail}.`, errors);
};

/** Ajv's error in terms of the parameter. */
function validationProblem(error: {
  instancePath: string;
  keyword: string;
  message?: string | undefined;
  params: Record<string, unknown>;
}): ParameterProblem {
  const { keyword, params } = error;
  if (keyword === 'required') return { parameter: String(params.missingProperty), message: 'is missing' };
  if (keyword === 'additionalProperties') {
    return { parameter: String(params.additionalProperty).slice(0, 100), message: 'is not a parameter of this route' };
  }
  // No path: the whole of it, which a query string cannot be.
  const parameter = error.instancePath.split('/')[1] ?? 'body';
  const allowed = params.allowedValues;
  const message = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : (error.message ?? 'is wrong');
  return { parameter, message };
}
