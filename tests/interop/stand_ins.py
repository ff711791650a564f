#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/interop/stand_ins.py TORCH_LIB OUT

Writes to OUT a small library for each of NVIDIA's that LibTorch's libraries in TORCH_LIB name and that is not installed
beside them, so that PyTorch's Python package can be imported on a machine without them (they are 2 GB, and nothing of
them is called as long as no tensor lives on a graphics card). Every function in them ends the process.
"""
import collections
import pathlib
import re
import subprocess
import sys

SYSTEM = ("libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libstdc++.so", "libgcc_s.so", "ld-linux", "libgomp")


def needs(library):
    """Names of libraries, {library: versions of its symbols}, and the undefined symbols with their versions."""
    text = subprocess.run(["readelf", "-dVW", "--dyn-syms", library], capture_output=True, text=True, check=True).stdout
    libraries = set(re.findall(r"\(NEEDED\).*\[(.*)\]", text))
    versions, symbols, current = collections.defaultdict(set), set(), None
    for line in text.split("\n"):
        if found := re.search(r"File: (\S+)", line):
            current = found.group(1)
        if found := re.search(r"Name: (\S+)\s+Flags", line):
            versions[current].add(found.group(1))
        if found := re.search(r" UND (\S+?)(?:@(\S+))?(?: \(\d+\))?$", line):
            symbols.add((found.group(1), found.group(2)))
    return libraries, versions, symbols


def main():
    torch, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(parents=True, exist_ok=True)
    present = {path.name for path in torch.iterdir()} | {path.name for path in (torch.parents[1] / "nvidia").rglob("*.so*")}
    wanted, undefined = collections.defaultdict(set), set()
    for library in sorted(torch.glob("*.so*")):
        libraries, versions, symbols = needs(library)
        undefined |= symbols
        for name in libraries - present:
            if not name.startswith(SYSTEM):
                wanted[name] |= versions[name]
    owner = {version: name for name, versions in wanted.items() for version in versions}
    versioned, plain = collections.defaultdict(set), set()
    for symbol, version in undefined:
        if version in owner:
            versioned[version].add(symbol)
        elif version is None and re.match(r"(cu|nv|nccl)[A-Za-z]", symbol):
            plain.add(symbol)
    for name, versions in wanted.items():
        symbols = set().union(*(versioned[version] for version in versions)) if versions else plain
        code = "".join(f"void {symbol}(void) {{ __builtin_trap(); }}\n" for symbol in sorted(symbols))
        command = ["cc", "-shared", "-fPIC", "-w", "-o", out / name, f"-Wl,-soname,{name}", "-x", "c", "-"]
        if versions:
            script = out / "symbols.map"
            script.write_text("".join(f"{v} {{ global: {' '.join(s + ';' for s in sorted(versioned[v]))} }};\n" for v in sorted(versions)))
            command.insert(4, f"-Wl,--version-script={script}")
        subprocess.run(command, input=code, text=True, check=True)


main()
