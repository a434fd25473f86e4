/**
 * A headless Chromium, driven over its DevTools protocol: as much of it as a test needs that uses a page as a person
 * does. Nothing but Node's own WebSocket is needed for that.
 */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const START_TIMEOUT_MS = 60_000;
const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
  "--disable-background-networking", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-port=0",
];

/** One connection: commands are answered by id, events by name. */
class Protocol {
  #socket;
  #lastId = 0;
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  #open = new Map();
  /** @type {{ method: string, resolve: (params: any) => void }[]} */
  #expected = [];

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data))));
    socket.addEventListener("close", () => {
      for (const { reject } of this.#open.values()) reject(new Error("the browser is gone"));
    });
  }

  /** @param {any} message */
  #receive({ id, method, params, result, error }) {
    if (id === undefined) {
      const met = this.#expected.filter((each) => each.method === method);
      this.#expected = this.#expected.filter((each) => each.method !== method);
      for (const { resolve } of met) resolve(params);
      return;
    }
    const command = this.#open.get(id);
    this.#open.delete(id);
    if (error) command?.reject(new Error(error.message));
    else command?.resolve(result);
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @param {string} [sessionId]
   * @returns {Promise<any>}
   */
  send(method, params = {}, sessionId) {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject }));
  }

  /** @param {string} method @returns {Promise<any>} the next event of this name */
  next(method) {
    return new Promise((resolve) => this.#expected.push({ method, resolve }));
  }
}

/** A tab. */
export class Page {
  #protocol;
  #session;

  /** @param {Protocol} protocol @param {string} session */
  constructor(protocol, session) {
    this.#protocol = protocol;
    this.#session = session;
  }

  /** @param {string} method @param {object} [params] */
  #send(method, params) {
    return this.#protocol.send(method, params, this.#session);
  }

  /** @param {number} width @param {number} height in CSS pixels */
  async resize(width, height) {
    await this.#send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  }

  /** @param {string} url */
  async open(url) {
    await this.#loading(() => this.#send("Page.navigate", { url }));
  }

  /**
   * What an expression is in the page.
   * @param {string} expression
   * @returns {Promise<any>} of a JSON type
   */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    return result.value;
  }

  /**
   * Writes into a field and presses Enter; done when the page that follows is loaded.
   * @param {string} selector
   * @param {string} text
   */
  async submit(selector, text) {
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await this.#send("Input.insertText", { text });
    await this.#loading(async () => {
      const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };
      await this.#send("Input.dispatchKeyEvent", { type: "keyDown", ...key });
      await this.#send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
    });
  }

  /**
   * Clicks into the middle of an element with the mouse; done when the page that follows is loaded.
   * @param {string} element an expression
   */
  async click(element) {
    const { x, y, width, height } = await this.evaluate(`(${element}).getBoundingClientRect().toJSON()`);
    const place = { x: x + width / 2, y: y + height / 2, button: "left", clickCount: 1 };
    await this.#loading(async () => {
      await this.#send("Input.dispatchMouseEvent", { type: "mousePressed", ...place });
      await this.#send("Input.dispatchMouseEvent", { type: "mouseReleased", ...place });
    });
  }

  /** @returns {Promise<Buffer>} a PNG */
  async screenshot() {
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    return Buffer.from(data, "base64");
  }

  /** @param {() => Promise<unknown>} start */
  async #loading(start) {
    const loaded = this.#protocol.next("Page.loadEventFired");
    await start();
    await loaded;
  }
}

/**
 * @param {string} [executable]
 * @returns {Promise<{ page: Page, problems: string[], stop: () => Promise<void> }>} problems grows: what the page's
 *   console warns of, a refused style or script among it
 */
export async function startBrowser(executable = process.env.CHROMIUM ?? "chromium") {
  const profile = await mkdtemp(path.join(tmpdir(), "chromium-"));
  const browser = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => browser.once("exit", resolve).once("error", resolve));
  const stop = async () => {
    browser.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const socket = new WebSocket(await endpoint(browser));
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    /** @type {string[]} */
    const problems = [];
    socket.addEventListener("message", ({ data }) => {
      const { method, params } = JSON.parse(String(data));
      if (method !== "Log.entryAdded") return;
      const { level, text, url = "" } = params.entry;
      problems.push(`${level}: ${text} ${url}`);
    });
    const protocol = new Protocol(socket);
    const { targetId } = await protocol.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await protocol.send("Target.attachToTarget", { targetId, flatten: true });
    for (const domain of ["Page", "Log"]) await protocol.send(`${domain}.enable`, {}, sessionId);
    return { page: new Page(protocol, sessionId), problems, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {import("node:child_process").ChildProcessByStdio<null, null, import("node:stream").Readable>} browser
 * @returns {Promise<string>} the URL of its WebSocket, which it prints on stderr
 */
function endpoint(browser) {
  return new Promise((resolve, reject) => {
    const printed = /** @type {string[]} */ ([]);
    const fail = (/** @type {string} */ why) => reject(new Error(`${why}\n${printed.join("\n")}`));
    const timer = setTimeout(() => fail("the browser does not start"), START_TIMEOUT_MS);
    browser.once("error", ({ message }) =>
      fail(`the browser cannot be started: ${message}; run .ci/setup browser, or name a Chromium in CHROMIUM`));
    browser.once("exit", (code) => fail(`the browser has ended with ${code}`));
    createInterface({ input: browser.stderr }).on("line", (line) => {
      printed.push(line);
      const found = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}
