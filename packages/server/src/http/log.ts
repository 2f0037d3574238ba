/**
 * The log of the process (not to be confused with the log of events): JSON lines on standard error, without personal
 * data. Bodies, paths, queries, headers and addresses are never given to it; what errors quote of them is cut out.
 */

import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

import type { LogLevel } from '../config/settings.ts';

export type ProcessLog = Logger;

const standardError = 2;
const messageCharactersMax = 500;
const stackLinesMax = 20;
const causesMax = 5;

/** `destination` is standard error unless given; lines are flushed when the process exits. */
export function openProcessLog(level: LogLevel | 'silent', destination?: DestinationStream): ProcessLog {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorForLog, error: errorForLog, req: requestForLog, res: responseForLog },
  };
  return pino(options, destination ?? pino.destination({ dest: standardError, sync: false }));
}

/** An error as it may be logged: kind, code, place in the log of events, message without quotations, and where it came from. */
export function errorForLog(error: unknown, depth = 0): unknown {
  if (typeof error === 'string') return { message: withoutData(error) };
  if (!(error instanceof Error)) return { message: `${typeof error} thrown, not an error` };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  const position = 'position' in error ? error.position : undefined;
  return {
    name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof position === 'number' ? { position } : {}),
    message: withoutData(message),
    stack: framesOf(stack),
    ...(cause === undefined || depth >= causesMax ? {} : { cause: errorForLog(cause, depth + 1) }),
  };
}

/** The frames only: the head of a stack repeats the message. */
function framesOf(stack: string | undefined): readonly string[] {
  const lines = stack?.split('\n') ?? [];
  return lines
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, stackLinesMax);
}

/**
 * A message without what it may quote: texts in quotes, JSON, addresses of e-mail, long numbers. Messages of libraries
 * quote what they were given (`Unexpected token 'a', "ann@exam"… is not valid JSON`), and what they were given is somebody's.
 */
export function withoutData(text: string): string {
  return text
    .slice(0, messageCharactersMax)
    .replaceAll(/"[^"]*(?:"|$)|“[^”]*(?:”|$)|`[^`]*(?:`|$)|(?<!\p{L})'[^']*(?:'|$)/gu, '"…"')
    .replaceAll(/[{[].*(?:[}\]]|$)/gs, '{…}')
    .replaceAll(/\S+@\S+/g, '…')
    .replaceAll(/\+?\d[\d\s-]{5,}\d/g, '…');
}

/** Never the path: it may hold an identifier, and its query a key. */
function requestForLog(request: unknown): unknown {
  const { method, routeOptions } = request as { method?: unknown; routeOptions?: { url?: unknown } };
  return { method, route: routeOptions?.url ?? 'unknown' };
}

function responseForLog(reply: unknown): unknown {
  return { status: (reply as { statusCode?: unknown }).statusCode };
}
