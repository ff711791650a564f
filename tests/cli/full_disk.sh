#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# full_disk.sh PROGRAM: trains with dinoscope-cli on disks that fill up, may not be written or come back, and looks at what is
# said, that training goes on, that earlier checkpoints stay, and that all is caught up when the disk is there again.
#
# A file system of 128 MiB in memory and read-only mounts are made in a mount namespace of their own, which needs root or
# user namespaces. Where neither is allowed the script says so, and a limit on the size of files (RLIMIT_FSIZE) alone stands
# for the full disk; that one is tried everywhere.
set -euo pipefail
program=$1
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
if [ "${2:-}" != inside ]; then
    for way in "unshare --mount" "unshare --map-root-user --mount"; do
        if $way mount -t tmpfs -o size=1m none /mnt 2>/dev/null; then exec $way "$0" "$program" inside; fi
    done
    echo "This machine lets nobody mount a file system: only the limit on the size of files is tried, no full and no read-only disk."
fi
folder=$(mktemp -d)
cleanUp() {
    mapfile -t runs < <(jobs -p)
    kill -KILL "${runs[@]}" 2>/dev/null || true # a run whose test has failed
    umount -l "$folder/locked" "$folder/disk" 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanUp EXIT
cd "$folder"
small=(--preset fashion-mnist-demo --run.batch_size 16 --eval.references 100 --eval.queries 20 --save.every_minutes 0.00001)

# Ways for the disk of run $1, written by process $2, to fail and to come back.
limit_break() { prlimit --pid "$2" --fsize=1000:; }
limit_mend() { prlimit --pid "$2" --fsize=unlimited:; }
full_break() { cat /dev/zero 2>/dev/null >>disk/filler || true; }
full_mend() { rm disk/filler; }
# While a checkpoint is being written its folder cannot become read-only.
readonly_break() {
    mount --bind "$1/checkpoints" "$1/checkpoints" || return 1
    for ((try = 0; try < 5000; ++try)); do
        mount -o remount,bind,ro "$1/checkpoints" 2>mount.err && return 0
    done
    cat mount.err >&2
    return 1
}
readonly_mend() { umount -l "$1/checkpoints"; }

# suffer WAY RUN PATTERN...: breaks the disk once a checkpoint is saved, waits until every pattern was said, mends it, waits for
# the next checkpoint and ends the run.
suffer() {
    local way=$1 run=$2 phase=begin line left pattern
    shift 2
    mkfifo said
    "$program" train "${small[@]}" --out "$run" --json >out 2>said &
    local pid=$!
    exec 3<said
    rm said
    : >err
    while read -r line <&3; do
        echo "$line" >>err
        case $phase in
        begin)
            [[ $line == Saved* ]] || continue
            "${way}_break" "$run" "$pid" || fail "$way could not be arranged"
            phase=broken
            ;;
        broken)
            [ "$way" != full ] || full_break # what a save in work has given back
            [ "$(wc -l <err)" -lt 500 ] || { kill -KILL "$pid"; fail "$way: not all was said"; }
            left=0
            for pattern in "$@"; do grep -qE -- "$pattern" err || left=1; done
            [ $left = 0 ] || continue
            "$program" runs check "$run" --json >broken.json || fail "$way: no checkpoint is whole while the disk is full"
            "${way}_mend" "$run" "$pid"
            phase=mended
            ;;
        mended)
            [[ $line == Saved* ]] || continue
            kill -INT "$pid"
            phase=ending
            ;;
        esac
    done
    wait "$pid" || fail "$way: the run ended with $?"
    [ $phase = ending ] || fail "$way: the run ended in the phase '$phase'"
    python3 - "$run" <<'CHECK' || fail "$way: what is in the folder is not what was trained"
import json, sqlite3, sys
run = sys.argv[1]
end = json.loads(open("out").readlines()[-1])
broken = json.load(open("broken.json"))
assert end["finish_reason"] == "stopped" and end["step"] > broken["newest_good_step"], (end, broken)
rows = sqlite3.connect(run + "/metrics.sqlite").execute(
    "SELECT step FROM points JOIN metrics ON metric = id WHERE name = 'loss' ORDER BY points.rowid").fetchall()
assert [step for (step,) in rows] == list(range(1, end["step"] + 1)), rows
lines = [json.loads(line) for line in open(run + "/log.txt")]
assert [line["epoch"] for line in lines] == list(range(len(lines))) and lines, lines
CHECK
    expect 0 "newest good checkpoint is that of step $(python3 -c 'import json; print(json.loads(open("out").readlines()[-1])["step"])')" \
        runs check "$run"
    grep -q damaged out && fail "$way left a damaged checkpoint"
    expect 0 '"finish_reason":"limit"' train --resume "$run" --steps 1 --json
}

# end WAY RUN PATTERN: breaks the disk once a checkpoint is saved and ends the run while it is broken.
end() {
    local way=$1 run=$2 line broken="" code=0
    mkfifo said
    "$program" train "${small[@]}" --out "$run" >out 2>said &
    local pid=$!
    exec 3<said
    rm said
    : >err
    while read -r line <&3; do
        echo "$line" >>err
        [[ $line == Saved* && -z $broken ]] || continue
        "${way}_break" "$run" "$pid" || fail "$way could not be arranged"
        broken=yes
        kill -INT "$pid"
    done
    wait "$pid" || code=$?
    [ $code = 1 ] || fail "$way: a run whose end was not saved ended with $code"
    grep -qE "^dinoscope-cli: $3" err || fail "$way: the end did not say '$3'"
    [ "$(grep -cE "$3" err)" = 1 ] || fail "$way: a failure was said twice"
    expect 0 'newest good checkpoint' runs check "$run"
    "${way}_mend" "$run" "$pid" 2>/dev/null || [ "$way" = limit ] # whose process is gone
    expect 0 '"finish_reason":"limit"' train --resume "$run" --steps 1 --json
}

suffer limit limited 'error: .*was not saved: .*state.safetensors.* could not be written: File too large. Free space' \
    'Training goes on; the earlier checkpoints are untouched' 'error: The file .*metrics.sqlite. could not be written.*free space'
end limit short 'The last values of the run could not be written to .short.*Free space on the disk'
if [ "${2:-}" != inside ]; then exit 0; fi

mkdir disk locked
mount -t tmpfs -o size=128m none disk
suffer full disk/run 'error: .*was not saved: .disk/run/checkpoints. has 0 MiB free and a checkpoint needs [0-9]+ MiB. Free space' \
    'Training goes on; the earlier checkpoints are untouched' 'error: The file .*metrics.sqlite. could not be written.*free space'
suffer readonly disk/other 'error: .*was not saved: .*Read-only file system. Check the folder and its permissions' 'Training goes on'
end readonly disk/third 'The end of the run, step [0-9]+, was not saved: .*Read-only file system.*The earlier checkpoints are untouched'
rm -r disk/other disk/third

# A disk that is full at the beginning.
full_break
expect 1 "'disk/new/.*' could not be (made|written): No space left on device. (Free space|Check)" train "${small[@]}" --out disk/new --steps 1
[ ! -e disk/new ] || fail "a run that could not be begun left a folder"
expect 1 "'disk/run/.*' could not be (made|written)|was not saved" train --resume disk/run --steps 5
expect 0 'newest good checkpoint' runs check disk/run
full_mend
expect 0 '"finish_reason":"limit"' train --resume disk/run --steps 1 --json
expect 0 '"finish_reason":"limit"' train "${small[@]}" --out disk/new --steps 1 --json

# A folder that may only be read can be looked at and be forked from.
mount --bind disk/run locked
mount -o remount,bind,ro locked
expect 1 "'locked/new' cannot be made: Read-only file system; choose another folder" train "${small[@]}" --out locked/new --steps 1
expect 1 "'locked' cannot be written: Read-only file system. Check its permissions, or choose another" train --resume locked --steps 1
expect 0 'newest good checkpoint' runs check locked
expect 0 '"finish_reason":"limit"' train --fork locked --out forked --steps 1 --json
