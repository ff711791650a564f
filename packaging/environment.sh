# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by the scripts of this folder, which source it. Defines `root` (the source folder), say and fail (sentences on
# standard error that begin with the script's name) and useEnvironment.
# shellcheck shell=bash
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=$(basename "$0")
say() { printf '%s: %s\n' "$script" "$*" >&2; }
fail() { say "$@"; exit 1; }

# Installs what is missing, then puts CMake, CTest and Ninja on the path, names LibTorch's folder to the presets and the
# folder of recorded numbers to the tests.
useEnvironment() {
    local environment folders
    environment=$("$root/packaging/setup") || exit 1
    folders=("$environment"/lib/python3*/site-packages/torch)
    [ -d "${folders[0]}" ] || fail "LibTorch is missing in $environment; remove that folder and run this again."
    export PATH="$environment/bin:$PATH" DINOSCOPE_TORCH_ROOT="${folders[0]}"
    export DINOSCOPE_REFERENCE="${DINOSCOPE_REFERENCE:-$(dirname "$root")/shared/reference}"
}
