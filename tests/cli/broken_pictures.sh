#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# broken_pictures.sh PROGRAM GENERATOR: 1,000 pictures of mixed formats, of which 50 cannot be used in ten ways: a scan
# names each with verdict and reason, training replaces them and names them too, and the same run twice has the same bytes.
set -euo pipefail
program=$1
generator=$2
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$generator" "$folder/pictures" | sort >expected
[ "$(wc -l <expected)" = 50 ] || fail "the generator promises 50 broken pictures"
[ "$(cut -f 1 expected | sort -u | wc -l)" = 5 ] || fail "the generator promises every verdict"

# What the scan says, as JSON and in words.
expect 0 '"counts"' scan "$folder/pictures" --json
python3 - <<'CHECK' || fail "the scan does not name the files that were broken"
import json
report = json.loads(open("out").read().splitlines()[-1])
said = sorted(f"{file['verdict']}\t{file['path']}" for file in report["files"])
expected = sorted(open("expected").read().splitlines())
wrong = sorted(set(said) ^ set(expected))
assert not wrong, "\n".join(wrong)
assert all(file["reason"].endswith(".") and len(file["reason"]) > 20 for file in report["files"]), report["files"]
assert report["counts"]["ok"] == 950, report["counts"]
assert sum(report["counts"].values()) == 1000, report["counts"]
assert len(report["classes"]) == 5
CHECK
expect 0 '^  ok +950$' scan "$folder/pictures" --threads 1
cut -f 2 expected | while read -r path; do
    grep -qF -- "$path: " out || fail "$path is not named"
done
cp out one
expect 0 '^  truncated +15$' scan "$folder/pictures" --threads 3 --mean-std
head -n "$(wc -l <one)" out | cmp - one || fail "the number of threads changes what is said"
grep -qE '^mean = "0\.[0-9]{4} 0\.[0-9]{4} 0\.[0-9]{4}"$' out || fail "no mean was printed"

# A file that may not be read. Rights mean nothing to root, so there the program gives up the power to overrule them, or
# runs as somebody else.
forbidden=pictures/class0/1000.jpg
chmod 755 "$folder"
chmod 0 "$forbidden"
found=
for way in "" "setpriv --bounding-set=-dac_override,-dac_read_search" "setpriv --reuid=65534 --regid=65534 --clear-groups"; do
    read -ra powerless <<<"$way"
    if "${powerless[@]}" test -x "$program" && ! "${powerless[@]}" cat "$forbidden" >/dev/null 2>&1; then
        found=1
        break
    fi
done
if [ -n "$found" ]; then
    "${powerless[@]}" "$program" scan pictures >out 2>err || fail "the scan of a file without rights ended with $?"
    grep -qE 'class0/1000.jpg: unreadable: .*Permission denied' out || fail "the file without rights is not named"
    grep -qE '^  unreadable +16$' out || fail "the file without rights is not counted"
else
    echo "skipped: this container lets nobody be kept from reading a file (setpriv fails), so rights were not tested"
fi
chmod 644 "$forbidden"

# No picture at all, and none that can be used.
mkdir -p none/a bad/a
expect 1 'none holds no picture' scan none
printf 'text' >bad/a/1.jpg
expect 1 'None of the pictures at .bad. can be used' scan bad
grep -q 'bad/a/1.jpg: unsupported: The file is no JPEG' out || fail "the reason is missing"
expect 1 '/nowhere does not exist' scan /nowhere
expect 2 'DIR|path' scan

# Training on it, twice.
train=(train --preset fashion-mnist-demo --data "$folder/pictures" --run.batch_size 100 --head.out_dim 64 --steps 9 --seed 3
    --eval.references 60 --eval.queries 20 --augment.mean 0.5 --augment.std 0.25)
expect 0 '9 steps in' "${train[@]}" --out first
grep -q 'are kept for measuring and not trained on' err || fail "the split was not said"
named=$(grep -c 'it was replaced by' err)
[ "$named" -ge 25 ] || fail "an epoch over nine tenths of the pictures named only $named broken ones"
grep 'it was replaced by' err | grep -oF "$folder/pictures/class0" | grep -q . || fail "the files are not named by their paths"
[ "$(grep 'it was replaced by' err | sort -u | wc -l)" = "$named" ] || fail "a file was named twice"
expect 0 '9 steps in' "${train[@]}" --data.loader_threads 3 --out second
states=$(cd first && find checkpoints -name '*.safetensors' | sort)
[ -n "$states" ] || fail "no checkpoint was kept"
for state in $states; do
    cmp "first/$state" "second/$state" || fail "the same run twice has other bytes"
done

# More than the chosen share cannot be read: the run pauses, and so this program ends, with its checkpoint.
expect 1 'more than data.max_bad_share, which is 0.01' "${train[@]}" --data.max_bad_share 0.01 --out third
find third/checkpoints -name '*.safetensors' | grep -q . || fail "the run that was given up kept no checkpoint"
