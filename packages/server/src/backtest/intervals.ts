/**
 * How sure a share, a mean, or a difference of two is: 95 % intervals from counts.
 *
 * Shares: E. B. Wilson, “Probable inference, the law of succession, and statistical inference”, JASA 22 (1927), and for
 * differences the hybrid score interval, method 10 of R. G. Newcombe, “Interval estimation for the difference between
 * independent proportions”, Statistics in Medicine 17 (1998). Both hold for small counts, and at 0 % and 100 %.
 * Means: B. L. Welch, “The generalization of ‘Student's’ problem when several different population variances are
 * involved”, Biometrika 34 (1947). All take the people on both sides to be independent of each other.
 */

export type Interval = { readonly low: number; readonly high: number };
export type Estimate = Interval & { readonly value: number };
/** A share of `n`, which need not be a whole number of people: it may be a mean of shares. */
export type Share = { readonly share: number; readonly n: number };
export type Sample = { readonly mean: number; readonly variance: number; readonly n: number };

/** The 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054;

/** Undefined for nobody. */
export function wilson({ share, n }: Share): Estimate | undefined {
  if (n <= 0) return undefined;
  const centre = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  // The score interval reaches its end exactly at 0 % and 100 %, which rounding would spoil.
  const low = share <= 0 ? 0 : Math.max(0, (centre - half) / scale);
  const high = share >= 1 ? 1 : Math.min(1, (centre + half) / scale);
  return { value: share, low, high };
}

/** a − b. Undefined where either has nobody. */
export function newcombe(a: Share, b: Share): Estimate | undefined {
  const [first, second] = [wilson(a), wilson(b)];
  if (first === undefined || second === undefined) return undefined;
  const value = a.share - b.share;
  const low = value - Math.hypot(a.share - first.low, second.high - b.share);
  const high = value + Math.hypot(first.high - a.share, b.share - second.low);
  return { value, low: Math.max(-1, low), high: Math.min(1, high) };
}

/** Undefined for fewer than two: then nothing is known of how they differ. */
export function meanInterval({ mean, variance, n }: Sample): Estimate | undefined {
  if (n < 2) return undefined;
  const half = tQuantile(n - 1) * Math.sqrt(variance / n);
  return { value: mean, low: mean - half, high: mean + half };
}

/** a − b. Undefined where either has fewer than two. */
export function welch(a: Sample, b: Sample): Estimate | undefined {
  if (a.n < 2 || b.n < 2) return undefined;
  const value = a.mean - b.mean;
  const [first, second] = [a.variance / a.n, b.variance / b.n];
  const sum = first + second;
  if (sum === 0) return { value, low: value, high: value };
  const freedom = (sum * sum) / ((first * first) / (a.n - 1) + (second * second) / (b.n - 1));
  const half = tQuantile(freedom) * Math.sqrt(sum);
  return { value, low: value - half, high: value + half };
}

/** The 97.5 % quantile of Student's t with so many degrees of freedom, at least 1, by halving. */
export function tQuantile(freedom: number): number {
  let low = z;
  let high = 12.8;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    // P(|T| > t) = I(df / (df + t²); df / 2, 1/2)
    const outside = incompleteBeta(freedom / (freedom + middle * middle), freedom / 2, 0.5);
    if (outside > 0.05) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22) with Lentz's method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly on one side only; the other is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return (front * fraction) / a;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Stirling's series from 10 on (DLMF 5.11.1), the recurrence below; good to 12 digits. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift += Math.log(y);
  const r = 1 / (y * y);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
