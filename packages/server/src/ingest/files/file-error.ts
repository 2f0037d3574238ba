/** What can be wrong with a whole file, as opposed to one of its rows. */

export type FileErrorCode =
  | 'file.missing'
  | 'file.folder'
  | 'file.unreadable'
  | 'file.empty'
  | 'file.gzip'
  | 'file.columns'
  | 'file.no_mapping'
  | 'file.dates'
  | 'file.no_space'
  | 'file.too_many';

/** The message says what, where, what was expected and what to do. */
export class FileError extends Error {
  readonly code: FileErrorCode;
  readonly path: string;

  constructor(code: FileErrorCode, path: string, message: string, cause?: unknown) {
    super(`${path}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = 'FileError';
    this.code = code;
    this.path = path;
  }
}

/** The system's code of an error (`ENOENT`), or '' where it has none. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
