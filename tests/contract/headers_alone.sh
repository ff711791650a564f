#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# headers_alone.sh COMPILER SOURCE: compiles every header of engine/api alone, twice included, with nothing but the source
# folder on the include path.
set -euo pipefail
cd "$2"
failed=0
for header in engine/api/*.h; do
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$1" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I. -x c++ - || {
        echo "$header does not compile alone"
        failed=1
    }
done
exit "$failed"
