#!/bin/sh
# Makes the packed files beside it with the system's own tools; run it again only to change them.
set -eu
cd "$(dirname "$0")"
awk 'BEGIN {
  print "id,time,score,label"
  for (i = 0; i < 600; i++)
    printf "r%d,2026-01-%02dT00:00:00Z,%.4f,%d\n", i, 1 + i / 30, (i * 37 % 101) / 101, (i * 61 % 89 > 50)
}' > log.csv
head -c 10000 log.csv > head
tail -c +10001 log.csv > tail
{ zstd -19 --ultra --long=27 --check -c head; zstd -1 --no-check -c tail; } > log.csv.zst
{ gzip -9 -c head; gzip -1 -c tail; } > log.csv.gz
rm head tail log.zip 2> /dev/null || :
zip -q9 log.zip log.csv
zip -q - log.csv | cat > streamed.zip
tar --format=gnu -cf - log.csv | gzip -9n > gnu.tgz
tar --format=pax -cf - log.csv | zstd -19 -q -c > pax.tar.zst
tar --format=v7 -cf - log.csv | gzip -9n > v7.tar.gz
# One frame whose window is the whole file, cut off: `zstd -d` gives three blocks of 128 kB of it.
awk 'BEGIN {
  print "id,time,score,label"
  for (i = 0; i < 30000; i++)
    printf "r%d,2026-01-%02dT00:00:00Z,%.4f,%d\n", i, 1 + i / 1500, (i * 37 % 101) / 101, (i * 61 % 89 > 50)
}' > whole
zstd -3 -q -c whole | head -c 46642 > cut-window.csv.zst
rm whole
