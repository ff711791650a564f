#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the speed of the views that training is made of with that of the official chain.

    packaging/interop tests/data/compare_pillow.py build/dev/bin/dinoscope-cli [--rounds N] [FILE.jpg ...]

Needs Pillow and torchvision from PyPI alone. One picture becomes 2 global views of 224 and 10 local ones of 96 pixels,
as normalised tensors. Both sides run in one thread, on the same files, in turn; what is compared is processor time, so
that other programs on the machine count for little. Without files the benchmark makes its three and this takes them.
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import PIL
import torch
import torchvision
from PIL import Image, ImageFilter, ImageOps
from torchvision import transforms

GOALS = {("fast", 500): 5.0, ("fast", 1024): 7.0, ("fast", 4000): 12.0,
         ("exact", 500): 4.0, ("exact", 1024): 3.5, ("exact", 4000): 2.8}


class Blur:
    """Gaussian blur of a random radius, with a probability."""

    def __init__(self, probability):
        self.probability = probability

    def __call__(self, picture):
        if random.random() > self.probability:
            return picture
        return picture.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2.0)))


class Solarize:
    def __init__(self, probability):
        self.probability = probability

    def __call__(self, picture):
        return ImageOps.solarize(picture) if random.random() < self.probability else picture


def chain(size, scale, *changes):
    jitter = transforms.ColorJitter(brightness=0.4, contrast=0.4, saturation=0.2, hue=0.1)
    return transforms.Compose([
        transforms.RandomResizedCrop(size, scale=scale, interpolation=transforms.InterpolationMode.BICUBIC),
        transforms.RandomHorizontalFlip(p=0.5),
        transforms.RandomApply([jitter], p=0.8),
        transforms.RandomGrayscale(p=0.2),
        *changes,
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])


def views(picture, chains):
    return [one(picture) for one, times in chains for _ in range(times)]


def pillow_rate(path, seconds):
    """Pictures a second of processor time."""
    chains = [(chain(224, (0.4, 1.0), Blur(1.0)), 1), (chain(224, (0.4, 1.0), Blur(0.1), Solarize(0.2)), 1),
              (chain(96, (0.05, 0.4), Blur(0.5)), 10)]
    done = 0
    start = time.process_time()
    while done < 2 or time.process_time() - start < seconds:
        with open(path, "rb") as file:
            views(Image.open(file).convert("RGB"), chains)
        done += 1
    return done / (time.process_time() - start)


def bench(program, *words):
    """What `bench data` prints; its progress is not shown."""
    done = subprocess.run([program, "bench", "data", *words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip().splitlines()[-1])
    return done.stdout


def own_rate(program, path, mode):
    return json.loads(bench(program, "--file", str(path), "--mode", mode, "--json").splitlines()[-1])["images_per_s"]


def compare(program, path, rounds, seconds):
    """Medians over rounds in which the three take turns."""
    rates = {"pillow": [], "exact": [], "fast": []}
    for _ in range(rounds):
        rates["pillow"].append(pillow_rate(path, seconds))
        for mode in ("exact", "fast"):
            rates[mode].append(own_rate(program, path, mode))
    return {name: statistics.median(values) for name, values in rates.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("program", help="dinoscope-cli")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of processor time for Pillow in each round")
    wishes = parser.parse_intermixed_args()
    torch.set_num_threads(1)
    random.seed(1)
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as folder:
        files = wishes.files
        if not files:
            bench(wishes.program, "--keep", folder, "--seconds", "0.01")
            files = sorted(pathlib.Path(folder).glob("*.jpg"), key=lambda file: file.stat().st_size)
        print(f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}; images/s of one core")
        print(f"{'picture':>12} {'Pillow':>8} {'exact':>8} {'ratio':>6} {'fast':>8} {'ratio':>6}")
        missed = []
        for file in files:
            with Image.open(file) as picture:
                width, height = picture.size
            rates = compare(wishes.program, file, wishes.rounds, wishes.seconds)
            ratio = {mode: rates[mode] / rates["pillow"] for mode in ("exact", "fast")}
            print(f"{f'{width}x{height}':>12} {rates['pillow']:8.1f} {rates['exact']:8.1f} {ratio['exact']:5.1f}x "
                  f"{rates['fast']:8.1f} {ratio['fast']:5.1f}x", flush=True)
            missed += [f"{mode} at {width} pixels: {ratio[mode]:.2f} instead of {GOALS[mode, width]}"
                       for mode in ("exact", "fast") if ratio[mode] < GOALS.get((mode, width), 0)]
        for line in missed:
            print("below the goal:", line)
        return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
