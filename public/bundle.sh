#!/bin/sh
# Writes the one-file viewer that saved reports are made of (report.html) from public/report.html and
# what Trunk has just built. A line that holds only a mark is replaced: %style% by the style sheets,
# %glue% by the bindgen glue, %boot% by boot.js, %wasm% by the program, compressed and as text. It is
# the page's own program, so a saved report shows what the page showed.
set -eu
cd "$(dirname "$0")"
out=${TRUNK_STAGING_DIR:?run by Trunk}

for kind in js wasm; do
    set -- "$out"/*."$kind"
    [ $# = 1 ] && [ -s "$1" ] || { echo "bundle.sh: expected one .$kind file, found: $*" >&2; exit 1; }
done
# The order of style sheets is the page's: a later one overrules an earlier one.
styles=$(sed -n 's/.*<link rel="stylesheet" href="\([^"]*\)".*/\1/p' "$out/index.html")
[ -n "$styles" ] || { echo "bundle.sh: index.html has no style sheet" >&2; exit 1; }
# Text inside <script> must not end it.
script() { sed 's#</script#<\\/script#g'; echo; }

while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    *%style%*) for style in $styles; do cat "$out/$style"; done ;;
    *%glue%*) script <"$(echo "$out"/*.js)" ;;
    *%boot%*) script <boot.js ;;
    *%wasm%*) gzip -9n <"$(echo "$out"/*.wasm)" | base64 | tr -d '\n' && echo ;;
    *) printf '%s\n' "$line" ;;
    esac
done <report.html >"$out/report.html"

# The page without its policy, for harnesses that evaluate text in it (index.html?bench=1).
grep -v 'http-equiv="Content-Security-Policy"' "$out/index.html" >"$out/bench.html"

# The page for live sources: the same program under a policy that lets it ask the servers that a reader names.
sed "s#connect-src 'self'#connect-src 'self' http: https: ws: wss:#" "$out/index.html" >"$out/live.html"
grep -q "connect-src 'self' http:" "$out/live.html" || { echo "bundle.sh: index.html has no connect-src 'self'" >&2; exit 1; }
