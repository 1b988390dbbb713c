/** How a recording looks: its loudness over time in few numbers. Pure. */

/** So many columns a waveform has. */
export const COLUMNS = 64;
export const LOUDEST = 100;

/** The loudest sample of each of `columns` equal stretches, the loudest of all being `LOUDEST`; silence is all zeros. */
export function waveformOf(samples: Float32Array, columns = COLUMNS): number[] {
  const peaks = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * samples.length) / columns);
    const to = Math.floor(((column + 1) * samples.length) / columns);
    let peak = 0;
    for (let index = from; index < to; index++) peak = Math.max(peak, Math.abs(samples[index] ?? 0));
    return peak;
  });
  const most = Math.max(...peaks);
  return peaks.map((peak) => (most > 0 ? Math.round((peak / most) * LOUDEST) : 0));
}

/** "0:07", "12:34", "1:02:03" */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "12 kB", "3.4 MB", as the language writes it. */
export function fileSize(bytes: number, locale: string): string {
  const step = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  const format = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: UNITS[step],
    unitDisplay: "short",
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  });
  return format.format(value);
}
