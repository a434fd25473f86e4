/** UTF-8 -> text. */

/** Up to here a loop over ASCII is faster than a call out of JavaScript. */
const MAX_LOOP_BYTES = 32;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {number} end
 * @returns {string}
 * @throws {TypeError} for what is not UTF-8
 */
export function utf8Text(bytes, start, end) {
  return (end - start <= MAX_LOOP_BYTES ? asciiText(bytes, start, end) : undefined)
    ?? decoder.decode(bytes.subarray(start, end));
}

/**
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {number} end
 * @returns {string | undefined} undefined for what is not ASCII
 */
function asciiText(bytes, start, end) {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = /** @type {number} */ (bytes[i]);
    if (byte > 127) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
