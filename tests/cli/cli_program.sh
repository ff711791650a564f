#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# cli_program.sh PROGRAM: calls dinoscope-cli as a person would, rightly and wrongly, with the pictures of the demo.
set -euo pipefail
program=$1
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
small=(--preset fashion-mnist-demo --run.batch_size 16 --eval.references 100 --eval.queries 20)

json() { tail -n 1 out | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

expect 0 '"knn_teacher"' train "${small[@]}" --steps 3 --seed 1 --out run --json
[ "$(json step)" = 3 ] || fail "three steps were asked for"
for key in loss knn_teacher knn_student images_per_s; do
    python3 -c 'import sys; assert float(sys.argv[1]) > 0' "$(json $key)" || fail "$key"
done
loss=$(json loss)
for file in config.toml metrics.sqlite log.txt; do
    [ -s "run/$file" ] || fail "run/$file is missing"
done
expect 0 '"step":3' train --config run/config.toml --steps 3 --json --data.loader_threads 2
[ "$(json loss)" = "$loss" ] || fail "the settings of a run did not repeat it"
expect 0 '3 steps in' train "${small[@]}" --steps 3

expect 0 'optim\.lr' params
expect 0 'takes_effect' params --json
python3 -m json.tool <out >/dev/null || fail "params --json is no JSON"
expect 0 'bfloat16_speedup' bench step "${small[@]}" --steps 1 --warm-up 1 --rounds 1 --json
base64 -d >small.jpg <<'JPEG'
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCABIAGADASIAAhEBAxEB/8QAGQABAQEBAQEAAAAAAAAAAAAAAQIAAwQF/8QAFRABAQAAAAAAAAAAAAAAAAAAABH/xAAXAQEBAQEAAAAAAAAAAAAAAAACAQUE/8QAFhEBAQEAAAAAAAAAAAAAAAAAAAER/9oADAMBAAIRAxEAPwD5UMVDHVoyphioYmnKmGKhiacqYYqNE05RDDDE05RGioYmnK4QwwwtZkojRUMTTlTDFQxNOVMMVDE05UwxUMTTlTDFQxNOV54YqGFrMlTDFQxNOVMMVDE05UwxUMTTlTDFQxNOVMMVDE05XnhioYWsyVMMVDE05UwxUaJpyiGGGJpyiNFQxNOVMMVDE05XCNGY2bDDGZDhhjMhwwxmQ4YYzIcMMZkOP//Z
JPEG
for mode in exact fast; do
    expect 0 '"threads":2' bench data --file small.jpg --mode $mode --seconds 0.05 --threads 2 --json
    for key in images_per_s decode_ms resample_ms augment_ms total_ms loader_images_per_s scaling; do
        python3 -c 'import sys; assert float(sys.argv[1]) > 0' "$(json $key)" || fail "$key"
    done
    [ "$(json mode) $(json width) $(json height)" = "$mode 96 72" ] || fail "other words were measured"
done
expect 0 '96 x 72 .*' bench data --file small.jpg --seconds 0.05
expect 1 'nowhere.jpg cannot be read' bench data --file nowhere.jpg
expect 1 'run/config.toml is no JPEG' bench data --file run/config.toml
expect 2 'slow' bench data --file small.jpg --mode slow
if [ -d /usr/lib/python3/dist-packages/skimage/data ]; then
    expect 0 '"sizes":\[\{.*4000' bench data --seconds 0.01 --json --keep samples
    [ "$(find samples -name '*.jpg' | wc -l)" = 3 ] || fail "the three sizes were not kept"
else
    expect 1 'install the Debian package python3-skimage' bench data
fi
recordings=${DINOSCOPE_REFERENCE:-$here/../../../shared/reference}
[ -d "$recordings" ] || fail "$recordings is missing: set DINOSCOPE_REFERENCE to the folder with the recordings"
expect 0 '1 of 1 recordings hold' verify "$recordings/loss"
expect 0 'top5 .*holds' verify "$recordings/knn/knn.safetensors" --dtype float64
expect 0 '"holds":true' verify "$recordings/schedules.safetensors" --json --threads 1
expect 1 'DIFFERS.*not those that were recorded|not those' verify "$recordings/loss" --tolerance 0
expect 0 'gray\.png \(grayscale\), largest .*holds' verify "$recordings/image-ops"
expect 0 'local\.area_std .*holds' verify "$recordings/crop_statistics.json"
mkdir empty
expect 1 'no recording of a kind that is known' verify empty
expect 1 "There is no '/nowhere'" verify /nowhere
expect 1 'loss.safetensors' verify "$recordings/vit-adamw/trace.json/loss.safetensors"
expect 0 'teacher.backbone.cls_token +F32 +1 x 1 x 48' inspect "$recordings/vit-adamw/checkpoint.pth"
expect 0 'args.arch += +vit_tiny' inspect "$recordings/vit-adamw/checkpoint_legacy.pth"
expect 0 '"open":\["backbone.heads"\]' inspect "$recordings/vit-adamw/backbone_only.pth" --json
expect 0 'no network' inspect "$recordings/loss/loss.safetensors"
head -c 3000 "$recordings/vit-adamw/checkpoint.pth" >half.pth
expect 1 'half.pth' inspect half.pth
expect 1 'missing.pth' inspect missing.pth
checkpoint=(--checkpoint "$recordings/vit-adamw/checkpoint.pth" --augment.global_size 32 --augment.local_size 16)
expect 2 'backbone.heads' train "${checkpoint[@]}" --optim.epochs 5
expect 2 'optim.epochs' train "${checkpoint[@]}" --backbone.heads 3
expect 2 'raise optim.epochs' train "${checkpoint[@]}" --backbone.heads 3 --optim.epochs 3
expect 1 'head.out_dim|last_layer' train "${checkpoint[@]}" --backbone.heads 3 --optim.epochs 5 --head.out_dim 64
expect 0 'Goes on from.*checkpoint.pth' train "${checkpoint[@]}" --backbone.heads 3 --optim.epochs 5 --steps 2 \
    --eval.references 100 --eval.queries 20 --json
[ "$(json step)" = 45002 ] || fail "the run did not go on after the third epoch but at $(json step)"
expect 0 '3 tensors|no projection head' train --checkpoint "$recordings/vit-adamw/backbone_only.pth" --backbone.heads 3 \
    --augment.global_size 32 --augment.local_size 16 --head.out_dim 64 --head.hidden_dim 32 --steps 1 \
    --eval.references 100 --eval.queries 20
mkdir -p pictures/train/a pictures/train/b pictures/val/a pictures/val/b
python3 - <<'PICTURES'
import struct, zlib
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
for part, count in (("train", 6), ("val", 3)):
    for name, level in (("a", 40), ("b", 200)):
        for i in range(count):
            rows = b"".join(b"\0" + bytes([level + i, level, (x * 7 + i) % 256][c] for x in range(40) for c in range(3)) for _ in range(40))
            png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0))
            open(f"pictures/{part}/{name}/{i}.png", "wb").write(png + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
PICTURES
eval=(--checkpoint "$recordings/vit-adamw/checkpoint.pth" --heads 3 --train pictures/train)
expect 0 'k +1 .*top-1 +100.00' eval knn "${eval[@]}" --val pictures/val --k 1,3
expect 0 'k +1 .*top-1 +100.00' eval knn "${eval[@]}" --val pictures/val --k 1 --official-loading
expect 0 '"top1":100.0' eval linear "${eval[@]}" --val pictures/val --epochs 30 --batch-size 4 --lr 0.01,1 --json
expect 1 'no test pictures' eval knn "${eval[@]}"
expect 1 'nowhere' eval knn "${eval[@]}" --val nowhere
expect 2 'heads' eval knn --checkpoint "$recordings/vit-adamw/checkpoint.pth" --train pictures/train --val pictures/val
[ "$(grep -c -- '--heads' err)" = 1 ] || fail "a failure was said twice"
expect 2 'k' eval knn "${eval[@]}" --val pictures/val --k 0
expect 2 'float16' verify "$recordings/loss" --dtype float16
mkdir -p half && head -c 5000 "$recordings/loss/loss.safetensors" >half/loss.safetensors
expect 1 'half/loss.safetensors' verify half
printf '{"format": "dino-trace/1"}' >half/trace.json
expect 1 'batch_size is missing' verify half
expect 0 'train .*Trains' --help
expect 0 'optim\.lr' train --help
expect 0 'dinoscope-cli [0-9]' --version

# Exports: what is said, and what is left when it fails. What the files hold is the business of export_test and interop.
expect 0 'weights_only=True' export run --to pth --out sent/teacher.pth
expect 1 'sent/teacher.pth.*exists already' export run --to pth --out sent/teacher.pth
expect 0 '"compared"' export run --to onnx --out sent/teacher.onnx --json
expect 0 'TensorBoard' export run --to tensorboard --out sent/events
expect 2 'FORMAT|gif' export run --to gif --out sent/a.gif
expect 1 'no checkpoint.*step 12345' export run --to pth --out sent/b.pth --at 12345
expect 2 'no place for the head' export run --to timm --out sent/timm --head
expect 1 'Pictures are needed' export run --to features --out sent/features
expect 1 '/nowhere' export /nowhere --to pth --out sent/c.pth
expect 1 '/proc/none' export run --to pth --out /proc/none/d.pth
left=$(find sent -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' ')
[ "$left" = 'events teacher.onnx teacher.pth ' ] || fail "a failed export left something: $left"

expect 2 'see .dinoscope-cli --help' notacommand
expect 2 . train --steps
expect 2 "did you mean '--optim.lr'" train --optim.lrr 1
expect 2 "did you mean '--steps'" train --step 3
expect 2 "did you mean '--data.prefetch'" train --data.prefetc 1
expect 2 'optim.lr.*-1' train --optim.lr -1
expect 2 'backbone.arch.*vit_micro' train --backbone.arch vit
expect 2 'fashion-mnist-demo' train --preset nothing
expect 2 . train --steps 0
expect 2 'understood' train 5
expect 1 '/nowhere' train "${small[@]}" --data.path /nowhere
expect 1 'missing.toml' train --config missing.toml
expect 1 'run.* not empty' train "${small[@]}" --out run
[ "$(grep -c 'not empty' err)" = 1 ] || fail "a failure was said twice"
expect 1 '/proc/none' train "${small[@]}" --out /proc/none/run
printf 'optim = 3 = 4\n' >broken.toml
expect 1 'broken.toml' train --config broken.toml
head -c 1000 /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz >train-images-idx3-ubyte.gz
cp /usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz .
expect 1 'train-images-idx3-ubyte.gz' train "${small[@]}" --data.path .

printf '[optim]\nlrr = 1\n' >misspelt.toml
expect 2 "did you mean 'optim.lr'" train --config misspelt.toml
zcat /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz 2>/dev/null | head -c 5000 >train-images-idx3-ubyte || true
rm train-images-idx3-ubyte.gz
expect 1 'train-images-idx3-ubyte' train "${small[@]}" --data.path .
printf 'not an idx file at all' >train-images-idx3-ubyte
expect 1 'train-images-idx3-ubyte' train "${small[@]}" --data.path .
expect 1 'not finite' train "${small[@]}" --optim.optimizer sgd --optim.lr 100 --optim.clip_grad 0 \
    --loss.student_temperature 0.001 --head.norm_last_layer false --head.use_bn false --steps 400
expect 0 'limit' train "${small[@]}" --minutes 0.001 --json
if "$program" params --json >/dev/full 2>err; then fail "a full standard output was not noticed"; fi

# A signal ends the run with its files and its last line.
mkfifo said
# interrupt FOLDER WORD SIGNAL...: sends the signals when a line of progress begins with WORD.
interrupt() {
    local folder=$1 word=$2
    shift 2
    "$program" train "${small[@]}" --save.every_minutes 0.0001 --out "$folder" --json >out 2>said &
    local pid=$!
    exec 3<said
    while read -r line <&3; do
        if [[ $line == "$word"* ]]; then
            for signal in "$@"; do kill "-$signal" "$pid" || true; done
            word=never
        fi
        echo "$line"
    done >err
    wait "$pid"
}
interrupt stopped Opened INT || fail "an interrupted run ended with $?"
[ "$(json finish_reason)" = stopped ] || fail "the reason is $(json finish_reason)"
[ -s stopped/metrics.sqlite ] || fail "the stopped run was not kept"
interrupt quick Opened TERM TERM || fail "a run that was interrupted twice ended with $?"
[ -s quick/config.toml ] || fail "the twice interrupted run was not kept"

# A run that is broken off and taken up again has the same bytes as one that never was.
expect 0 '"step":6' train "${small[@]}" --steps 6 --seed 2 --out whole --json
expect 0 '"step":3' train "${small[@]}" --steps 3 --seed 2 --out broken --json
expect 0 'newest good checkpoint is that of step 3' runs check broken
expect 0 '"step":6' train --resume broken --steps 3 --json
cmp whole/checkpoints/step-000000006/state.safetensors broken/checkpoints/step-000000006/state.safetensors ||
    fail "a resumed run has other weights"
expect 0 '"step":4' train --fork broken --at 3 --out forked --steps 1 --json
expect 1 'no checkpoint .* of step 5' train --fork broken --at 5 --out none --steps 1
expect 2 'requires|excludes' train --resume broken --out other
# Killed in the middle of training, after a checkpoint was saved.
"$program" train "${small[@]}" --seed 2 --save.every_minutes 0.0001 --out killed >out 2>said &
pid=$!
exec 3<said
while read -r line <&3; do
    if [ -e killed/checkpoints/last ]; then kill -KILL "$pid" || true; fi
done
wait "$pid" || true
expect 0 '"newest_good_step":[0-9]' runs check killed --json
expect 0 '"finish_reason":"limit"' train --resume killed --steps 1 --json
# Crashed: a report in the folder, and how to go on.
code=0
interrupt killed2 Saved SEGV || code=$?
[ "$code" = 139 ] || fail "a program that crashed ended with $code instead of its signal"
grep -q 'has crashed .signal 11.. The report is .*/killed2/crash-.*To go on: dinoscope-cli train --resume' err || fail "the crash was not said"
grep -qE '^step: [1-9]' killed2/crash-*.txt || fail "the report does not name the step"
grep -q 'command line: .*--save.every_minutes' killed2/crash-*.txt || fail "the report does not name the command line"
expect 0 "ended without being closed. The crash report is killed2/crash-.* 'dinoscope-cli train --resume killed2' goes on" runs check killed2
expect 0 '"finish_reason":"limit"' train --resume killed2 --steps 1 --json
expect 0 '"closed":true,"crash_report":null' runs check killed2 --json
printf x >>broken/checkpoints/step-000000006/values.json
printf x >>broken/checkpoints/step-000000003/values.json
expect 1 'No checkpoint is whole|is whole' runs check broken
expect 1 'values.json' train --resume broken --steps 1
expect 1 'There is no checkpoint' runs check /nowhere
