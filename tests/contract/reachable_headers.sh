#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# reachable_headers.sh NINJA BUILD: reads the compiler's own record of what each object of ui/, widgets/ and
# engine/api/ included, over however many steps, and fails if LibTorch, OpenCV or CUDA is among it, or Qt below engine/.
set -euo pipefail
"$1" -C "$2" -t deps | awk '
    /^[^ ]/ { object = $1; checked = object ~ /^(ui|widgets|engine)\//; window = object ~ /^(ui|widgets)\// || object ~ /^engine\/(api|runtime)\// }
    window && /\/(torch|ATen|c10)\/|\/opencv|\/cuda/ { print object " reaches " $1; bad = 1 }
    checked && object ~ /^engine\// && /\/qt6\/|qcustomplot/ { print object " reaches " $1; bad = 1 }
    checked { ++objects[object] }
    END {
        for (object in objects) ++count
        if (!count) { print "no objects are recorded in the build folder"; bad = 1 }
        else print count " objects looked at"
        exit bad
    }'
