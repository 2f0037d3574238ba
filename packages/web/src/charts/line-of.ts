/** Where the line of a sparkline goes, in a frame of 96 by 24. */

export const width = 96;
export const height = 24;
const inset = 2;

/** From the least at the bottom to the greatest at the top; what never moves lies in the middle. */
export function lineOf(values: readonly number[]): string {
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  const stepX = values.length < 2 ? 0 : (width - 2 * inset) / (values.length - 1);
  return values
    .map((value, i) => {
      const share = span === 0 ? 0.5 : (value - least) / span;
      const x = inset + i * stepX;
      const y = height - inset - share * (height - 2 * inset);
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
