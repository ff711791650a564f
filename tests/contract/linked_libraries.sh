#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# linked_libraries.sh PROGRAM PATTERN: fails if the program needs a shared library, over however many steps, whose file
# name matches the pattern.
set -euo pipefail
libraries=$(ldd "$1")
if found=$(grep -E "$2" <<<"$libraries"); then
    printf '%s needs:\n%s\n' "$1" "$found"
    exit 1
fi
