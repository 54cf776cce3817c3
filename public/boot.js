// Starts the page. Hosted, the module comes from a file beside the page; in a saved report it is
// packed into the page itself. `glue` is in place before this script runs.
(async () => {
  const byId = (id) => document.getElementById(id);
  const unpack = (base64, type) => {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream, { headers: { "content-type": type } });
  };
  const compile = async (response) =>
    WebAssembly.compileStreaming
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  try {
    const packed = byId("wasm");
    const carried = byId("report");
    if (carried.textContent) window.plumblineCarried = await unpack(carried.textContent, "text/plain").arrayBuffer();
    const module_or_path = packed
      ? await compile(unpack(packed.textContent, "application/wasm"))
      : byId("glue").dataset.wasm;
    await wasm_bindgen({ module_or_path });
  } catch (error) {
    byId("boot").hidden = false;
    byId("boot-wait").hidden = true;
    byId("boot-failed").hidden = false;
    byId("boot-why").textContent = String((error && error.message) || error);
    console.error(error);
  }
})();
