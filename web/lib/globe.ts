/** A globe's meridians and parallels, seen from above a place (orthographic projection, J. P. Snyder 1987, eq. 20-3). Pure. */

export const RADIUS = 100;
const STEP = 30;
/** One point of a line every so many degrees. */
const FINE = 5;
const DEGREE = Math.PI / 180;

type Point = readonly [x: number, y: number];

/** SVG paths of the lines on the near side, the place in the middle; x and y from -RADIUS to RADIUS. */
export function graticule(latitude: number, longitude: number): string[] {
  const paths: string[] = [];
  for (let meridian = -180; meridian < 180; meridian += STEP) {
    paths.push(pathOf(range(-90, 90).map((each) => project(each, meridian, latitude, longitude))));
  }
  for (let parallel = -60; parallel <= 60; parallel += STEP) {
    paths.push(pathOf(range(-180, 180).map((each) => project(parallel, each, latitude, longitude))));
  }
  return paths.filter(Boolean);
}

/** Undefined on the far side. */
export function project(
  latitude: number,
  longitude: number,
  atLatitude: number,
  atLongitude: number,
): Point | undefined {
  const [phi, phi0, lambda] = [latitude * DEGREE, atLatitude * DEGREE, (longitude - atLongitude) * DEGREE];
  const near = Math.sin(phi0) * Math.sin(phi) + Math.cos(phi0) * Math.cos(phi) * Math.cos(lambda);
  if (near < 0) return undefined;
  const x = Math.cos(phi) * Math.sin(lambda);
  const y = Math.cos(phi0) * Math.sin(phi) - Math.sin(phi0) * Math.cos(phi) * Math.cos(lambda);
  return [x * RADIUS, -y * RADIUS];
}

function pathOf(points: readonly (Point | undefined)[]): string {
  let path = "";
  let drawing = false;
  for (const point of points) {
    if (point) path += `${drawing ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    drawing = point !== undefined;
  }
  return path;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / FINE + 1 }, (_, index) => from + index * FINE);
}
