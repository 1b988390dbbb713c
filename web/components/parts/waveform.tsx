const BAR = 3;
const GAP = 2;
const HEIGHT = 28;
const LEAST = 3;
const SHOWN = 40;

/** Loudness over time as bars, those already heard filled; a plain line where it is not known. */
export function Waveform({ levels, played }: { levels: readonly number[] | undefined; played: number }) {
  const bars = fewer(levels ?? [], SHOWN);
  if (bars.length === 0) {
    return (
      <svg className="waveform" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden data-plain>
        <rect width="100" height="4" rx="2" />
        <rect width={100 * played} height="4" rx="2" data-played />
      </svg>
    );
  }
  const width = bars.length * (BAR + GAP) - GAP;
  return (
    <svg className="waveform" viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden>
      {bars.map((level, index) => {
        const height = Math.max(LEAST, (level / 100) * HEIGHT);
        return (
          <rect
            key={index}
            x={index * (BAR + GAP)}
            y={(HEIGHT - height) / 2}
            width={BAR}
            height={height}
            rx={BAR / 2}
            data-played={(index + 0.5) / bars.length <= played || undefined}
          />
        );
      })}
    </svg>
  );
}

/** At most `most` of them: the loudest of each stretch. */
function fewer(levels: readonly number[], most: number): number[] {
  if (levels.length <= most) return [...levels];
  return Array.from({ length: most }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / most);
    const to = Math.floor(((bar + 1) * levels.length) / most);
    return Math.max(...levels.slice(from, to));
  });
}
