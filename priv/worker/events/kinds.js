/**
 * The kinds of events of this bundle, by their handlers' names in the worker's default export (`queue`).
 * A build writes this file anew, with the kinds that its `events` are of.
 *
 * @typedef {object} EventKind
 * @property {(event: any, surroundings: { log: (text: string) => void }) => EventTerms | Promise<EventTerms>} read
 *   what the application gets of an event; `log` writes an error with the event's id
 * @property {(event: any, answer: import("../etf.js").Term) => void | Promise<void>} settle
 *   does to the event what the application answered; strings in the answer are Uint8Arrays
 *
 * @typedef {object} EventTerms
 * @property {string} source tells which entry of the configuration this event is for
 * @property {import("../etf.js").Term} payload
 */

/** @type {Readonly<Record<string, EventKind>>} */
export default Object.freeze({});
