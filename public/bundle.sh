#!/bin/sh
# Writes report.html, the page as one file, from the index.html that Trunk has just built: style
# sheet, bindgen glue and program (compressed, as text) stand in it, and its policy allows no
# connection at all. Saved reports are this file with a report in it, so they show what the page shows.
set -eu
cd "${TRUNK_STAGING_DIR:?run by Trunk}"
LC_ALL=C awk '
    BEGIN { RS = "\001" }   # not in the file: all of it is one record
    function attribute(tag, name) {
        if (!match(tag, " " name "=\"[^\"]*\"")) return ""
        return substr(tag, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    }
    function fail(text) { print "bundle.sh: " text > "/dev/stderr"; failed = 1; exit 1 }
    # The lines of what a command prints. Text inside a script must not end it.
    function put(command,   line, lines, rs) {
        rs = RS
        RS = "\n"
        while ((command | getline line) > 0) {
            gsub(/<\/script/, "<\\/script", line)
            print line
            lines++
        }
        RS = rs
        close(command)
        if (!lines) fail("nothing came from: " command)
    }
    {
        rest = $0
        while (match(rest, /<(link|meta|script) [^>]*>/)) {
            tag = substr(rest, RSTART, RLENGTH)
            printf "%s", substr(rest, 1, RSTART - 1)
            rest = substr(rest, RSTART + RLENGTH)
            if (tag ~ / rel="stylesheet"/) {
                print "<style>"
                put("cat " attribute(tag, "href"))
                print "</style>"
            } else if (tag ~ / rel="(module)?preload"/) {
                continue
            } else if (tag ~ / id="glue"/) {
                print "<script id=\"glue\">"
                put("cat " attribute(tag, "src"))
                print "</script>\n<script id=\"wasm\" type=\"application/octet-stream\">"
                put("gzip -9n <" attribute(tag, "data-wasm") " | base64 | tr -d \"\\n\"")
                printf "</script>"
                sub(/^<\/script>/, "", rest)
                glue = 1
            } else if (tag ~ /"Content-Security-Policy"/) {
                saved = attribute(tag, "data-saved")
                if (saved == "") fail("the policy in index.html has no data-saved")
                printf "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">", saved
            } else {
                printf "%s", tag
            }
        }
        printf "%s", rest
    }
    END {
        if (!failed && !glue) fail("index.html has no <script id=\"glue\">")
        exit failed
    }
' index.html >report.html
