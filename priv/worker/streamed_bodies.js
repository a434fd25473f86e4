/** Which requests keep their bodies as streams: those to paths of the configuration, written like the paths of routes. */

/**
 * @typedef {(url: string) => number | undefined} BodyLimitOf bytes, undefined for a body that is read whole
 *
 * @param {Readonly<Record<string, number>>} limits the largest body in bytes, by path: `/photos/:name`, `/files/*`
 * @returns {BodyLimitOf}
 */
export function streamedBodies(limits) {
  const patterns = Object.entries(limits).map(([path, limitBytes]) => ({ pattern: segmentsOf(path), limitBytes }));
  if (patterns.length === 0) return () => undefined;
  return (url) => {
    const segments = decoded(segmentsOf(new URL(url).pathname));
    return segments && patterns.find(({ pattern }) => matches(pattern, segments))?.limitBytes;
  };
}

/** @param {string} path */
function segmentsOf(path) {
  return path.split("/").filter((segment) => segment !== "");
}

/** @param {string[]} segments @returns {string[] | undefined} undefined for a path that the application answers with 400 */
function decoded(segments) {
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** @param {string[]} pattern @param {string[]} segments */
function matches(pattern, segments) {
  const rest = pattern.at(-1)?.startsWith("*") ? pattern.length - 1 : undefined;
  if (rest === undefined ? segments.length !== pattern.length : segments.length < rest) return false;
  return pattern.slice(0, rest).every((each, i) => each.startsWith(":") || each === segments[i]);
}
