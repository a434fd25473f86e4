/** Files that exist only in a built bundle, as the worker imports them. */

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.avm" {
  const bytes: ArrayBuffer;
  export default bytes;
}

declare module "*/config.js" {
  const settings: Partial<import("../../priv/worker/settings.js").Settings>;
  export default settings;
}
