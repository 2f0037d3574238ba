/** A table of rows that are all alike: what its columns are called, and what stands in them. */

import type { JSX, ReactNode } from 'react';

export type DataColumn<T> = {
  /** Left out where the cells speak for themselves: buttons. */
  readonly title?: string;
  readonly align?: 'end';
  readonly isQuiet?: boolean;
  readonly cell: (row: T) => ReactNode;
};

export function DataTable<T>({
  label,
  columns,
  rows,
  keyOf,
  empty,
}: {
  readonly label: string;
  readonly columns: readonly DataColumn<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
  /** What is said where there is no row. */
  readonly empty?: string;
}): JSX.Element {
  if (rows.length === 0 && empty !== undefined) return <p className="quiet">{empty}</p>;
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            {columns.map(({ title, align }, i) =>
              title === undefined ? (
                <td key={i} />
              ) : (
                <th key={i} data-align={align}>
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ align, isQuiet, cell }, i) => (
                <td key={i} data-align={align} className={isQuiet === true ? 'quiet numbers' : 'numbers'}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
