#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# window_program.sh PROGRAM: the exit codes and sentences of the window's command line.
set -euo pipefail
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# expect CODE WORDS COMMAND...: the command ends with the code, and says the words.
expect() {
    local code=$1 words=$2 said actual=0
    shift 2
    said=$("$@" 2>&1) || actual=$?
    if [ "$actual" != "$code" ] || [[ $said != *"$words"* ]]; then
        echo "'$*' ended with $actual instead of $code, or without '$words': $said"
        failed=1
    fi
}

expect 0 "" "$program" --demo --steps 20 --screenshot "$folder/window.png" --quit
[ -s "$folder/window.png" ] || { echo "no picture was written"; failed=1; }
expect 1 "could not be written" "$program" --demo --steps 5 --screenshot "$folder/none/window.png" --quit
expect 2 "did you mean" "$program" --optim.lrr 1
expect 2 "not an option" "$program" --nonsense
expect 0 "--screenshot" "$program" --help
expect 0 "dinoscope" "$program" --version
expect 1 "dinoscope-cli" env -u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM "$program"
expect 1 "Xvfb" env -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM DISPLAY=:98765 "$program"

# One line on standard output, over one event every 20 ms of a run of about 0.6 s; the run stops at its 30 steps.
said=$(FAKE_STEP_MS=20 "$program" --demo --steps 30 --report-latency --quit) \
    || { echo "--report-latency failed"; failed=1; }
number='[0-9]+\.[0-9]'
pattern="^latency: [1-9][0-9]* events, median $number ms, 90 % $number ms, 99 % $number ms, largest $number ms; "
pattern+="the run ended after $number of 60\.0 s\$"
[[ $said =~ $pattern && $said != *$'\n'* ]] || { echo "not one line about latency: $said"; failed=1; }
expect 0 "" "$program" --demo --all-panels --steps 5 --quit
exit $failed
