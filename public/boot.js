// Starts the page. Hosted, the module comes from a file beside the page; in a saved report it is
// packed into the page itself. `glue` is in place before this script runs.
(async () => {
  const byId = (id) => document.getElementById(id);
  const unpack = async (base64) => {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const response = new Response(stream, { headers: { "content-type": "application/wasm" } });
    return WebAssembly.compileStreaming
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  };
  try {
    const packed = byId("wasm");
    const module_or_path = packed ? await unpack(packed.textContent) : byId("glue").dataset.wasm;
    await wasm_bindgen({ module_or_path });
  } catch (error) {
    byId("boot").hidden = false;
    byId("boot-wait").hidden = true;
    byId("boot-failed").hidden = false;
    byId("boot-why").textContent = String((error && error.message) || error);
    console.error(error);
  }
})();
