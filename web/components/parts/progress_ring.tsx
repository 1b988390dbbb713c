const RADIUS = 15;
const ROUND = 2 * Math.PI * RADIUS;

/** How far something is, as a ring; `share` from 0 to 1. */
export function ProgressRing({ share, label }: { share: number; label: string }) {
  return (
    <svg
      className="progress-ring"
      viewBox="0 0 36 36"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <circle cx="18" cy="18" r={RADIUS} className="ring-track" />
      <circle
        cx="18"
        cy="18"
        r={RADIUS}
        className="ring-share"
        strokeDasharray={`${Math.max(0.04, share) * ROUND} ${ROUND}`}
        transform="rotate(-90 18 18)"
      />
    </svg>
  );
}
