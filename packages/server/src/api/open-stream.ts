/** A response that becomes a stream of what is told; refused where there are as many as there may be. */

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { ToldStreams } from '../http/told-streams.ts';
import { principalOf } from './access.ts';
import { ProblemError } from './problem.ts';

/** Answers in place of the handler. */
export function openStream<Look, Told>(
  streams: ToldStreams<Look, Told>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (!streams.hasRoom) {
    throw new ProblemError(
      429,
      'streams/too-many',
      'There are as many streams open as there may be; close some, or come again later.',
      { headers: { 'retry-after': '10' } },
    );
  }
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined && !raw.headersSent) raw.setHeader(name, value);
  }
  streams.open(raw, principalOf(request));
}
