# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by the scripts of this folder, which source it and set `program`. What the program said last is in the files
# out and err of the present folder.
# shellcheck shell=bash
fail() {
    printf 'failed: %s\n' "$*"
    for file in out err; do
        echo "--- $file"
        cat "$file"
    done
    exit 1
}

# expect CODE PATTERN ARGUMENT...: exit code, and a pattern in what was said.
expect() {
    local code=$1 pattern=$2 got=0
    shift 2
    "${program:?}" "$@" >out 2>err || got=$?
    [ "$got" = "$code" ] || fail "'$*' ended with $got instead of $code"
    grep -qE -- "$pattern" out err || fail "'$*' did not say '$pattern'"
}
