#!/bin/sh
# Writes the one-file viewer that saved reports are made of (report.html) from public/report.html and
# what Trunk has just built. A line that holds only a mark is replaced: %style% by the style sheets,
# %glue% by the bindgen glue, %boot% by boot.js, %wasm% by the program, compressed and as text. It is
# the page's own program, so a saved report shows what the page showed.
set -eu
cd "$(dirname "$0")"
out=${TRUNK_STAGING_DIR:?run by Trunk}

one() {
    [ $# = 1 ] && [ -f "$1" ] || { echo "bundle.sh: expected one file, found: $*" >&2; exit 1; }
    cat "$1"
}
# Text inside <script> must not end it.
script() { sed 's#</script#<\\/script#g'; }

while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    *%style%*) one "$out"/*.css ;;
    *%glue%*) one "$out"/*.js | script ;;
    *%boot%*) one boot.js | script ;;
    *%wasm%*) one "$out"/*.wasm | gzip -9n | base64 | tr -d '\n' && echo ;;
    *) printf '%s\n' "$line" ;;
    esac
done <report.html >"$out/report.html"
# A pipe hides the failure of its first part; an empty script is no viewer.
if grep -A1 -E '<script id="(glue|wasm)"' "$out/report.html" | grep -qx ' *</script>'; then
    echo "bundle.sh: report.html has no program" >&2
    exit 1
fi
