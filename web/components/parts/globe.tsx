import { graticule, RADIUS } from "@/lib/globe";

/** Where on earth: the globe turned so that the place is in the middle, under the pin. */
export function Globe({ latitude, longitude }: { latitude: number; longitude: number }) {
  return (
    <svg className="globe" viewBox="-190 -62 380 124" preserveAspectRatio="xMidYMid slice" aria-hidden>
      <circle r={RADIUS * 1.8} className="globe-sea" />
      <g transform="scale(1.8)">
        {graticule(latitude, longitude).map((path, index) => (
          <path key={index} d={path} className="globe-line" />
        ))}
      </g>
      <ellipse cx="0" cy="1" rx="9" ry="3.5" className="globe-shadow" />
      <path className="globe-pin" d="M0 0C-3-9-15-16-15-29a15 15 0 1 1 30 0C15-16 3-9 0 0Z" />
      <circle className="globe-eye" cx="0" cy="-29" r="5.5" />
    </svg>
  );
}
