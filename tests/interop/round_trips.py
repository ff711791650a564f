# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/interop/round_trips.py DINOSCOPE_CLI

Exports a small run, and networks of others, in every format; loads each file with the program it is for, and compares.
Run by packaging/interop; part of the normal test command.
"""
import gzip
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
import safetensors.torch
import timm
import torch
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from transformers import ViTModel

CLI = str(pathlib.Path(sys.argv[1]).resolve())
PICTURES = "/usr/share/datasets/fashion-mnist"
SMALL = ["--preset", "fashion-mnist-demo", "--run.batch_size", "16", "--eval.references", "100", "--eval.queries", "20"]


def dinoscope(*arguments):
    done = subprocess.run([CLI, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"dinoscope-cli {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def export(source, form, path, *options):
    report = json.loads(dinoscope("export", source, "--to", form, "--out", path, "--json", *options))
    check(bool(report["compared"]) and all(pathlib.Path(f).exists() for f in report["files"]), f"{form}: {report}")
    return report


def check(holds, what):
    if not holds:
        sys.exit(f"round_trips: {what}")


def close(found, wanted, tolerance, what):
    """Largest difference against the largest value."""
    found, wanted = numpy.asarray(found), numpy.asarray(wanted)
    check(found.shape == wanted.shape, f"{what}: shape {found.shape} instead of {wanted.shape}")
    difference = float(numpy.abs(found - wanted).max() / numpy.abs(wanted).max())
    print(f"  {what}: {difference:.2e}")
    check(difference <= tolerance, f"{what} differs by {difference}")


def same(found, wanted, what):
    check(sorted(found) == sorted(wanted), f"{what}: other names")
    for name, tensor in wanted.items():
        check(found[name].dtype == tensor.dtype and torch.equal(found[name], tensor), f"{what}: {name} differs")
    print(f"  {what}: {len(wanted)} tensors are equal to the bit")


def demo_pixels(count, mean, std):
    """The first pictures of the demo's training set as a network sees them."""
    with gzip.open(f"{PICTURES}/train-images-idx3-ubyte.gz") as file:
        magic, _, rows, columns = struct.unpack(">4I", file.read(16))
        check(magic == 0x803, "the pictures are no IDX file")
        pictures = numpy.frombuffer(file.read(count * rows * columns), numpy.uint8).reshape(count, 1, rows, columns)
    return torch.from_numpy((pictures / 255.0 - mean) / std).float()


def tensors_of_run(run, work):
    """safetensors and .pth of ours through the programs of others and back."""
    for head in [], ["--head"]:
        export(run, "safetensors", work / "direct.safetensors", "--replace", *head)
        export(run, "pth", work / "direct.pth", "--replace", *head)
        direct = safetensors.torch.load_file(work / "direct.safetensors")
        loaded = torch.load(work / "direct.pth", weights_only=True)
        same(loaded["teacher"] if head else loaded, direct, "torch.load(weights_only=True)")
        torch.save(loaded, work / "saved.pth")
        export(work / "saved.pth", "safetensors", work / "back.safetensors", "--replace", "--heads", 3, *head)
        same(safetensors.torch.load_file(work / "back.safetensors"), direct, "ours -> torch -> ours")
        safetensors.torch.save_file(direct, work / "theirs.safetensors")
        export(work / "theirs.safetensors", "pth", work / "back.pth", "--replace", "--heads", 3, *head)
        back = torch.load(work / "back.pth", weights_only=True)
        same(back["teacher"] if head else back, direct, "ours -> safetensors -> ours")


def features_of_run(run, work):
    """The features of the demo's network in timm, transformers and onnxruntime."""
    export(run, "features", work / "features", "--pictures", PICTURES, "--count", 32)
    features = numpy.load(work / "features/features.npy")
    labels = numpy.load(work / "features/labels.npy")
    lines = (work / "features/features.csv").read_text().splitlines()
    check(features.shape[0] == labels.shape[0] == len(lines) - 1 == 32, "32 rows were asked for")
    values = numpy.array([[float(v) for v in line.rsplit(",", features.shape[1])[1:]] for line in lines[1:]], numpy.float32)
    check(numpy.array_equal(values, features), "features.csv differs from features.npy")
    export(run, "timm", work / "timm")
    config = json.loads((work / "timm/config.json").read_text())["pretrained_cfg"]
    pixels = demo_pixels(32, config["mean"][0], config["std"][0])
    with torch.inference_mode():
        model = timm.create_model(f"local-dir:{work / 'timm'}", pretrained=True).eval()
        close(model(pixels), features, 1e-5, "timm")
        export(run, "huggingface", work / "hf")
        theirs, unused = ViTModel.from_pretrained(work / "hf", add_pooling_layer=False, output_loading_info=True)
        check(not any(unused.get(key) for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), f"transformers: {unused}")
        close(theirs.eval()(pixels).last_hidden_state[:, 0], features, 1e-5, "transformers")
    onnx_graphs(run, work, pixels, features)


def run_onnx(path, pixels):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, {"pixels": pixels.numpy()})))


def check_onnx(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    check([(o.domain, o.version) for o in model.opset_import] == [("", 17)], "the opset is not 17")


def onnx_graphs(run, work, pixels, features):
    export(run, "onnx", work / "any.onnx", "--attention", "--head")
    export(run, "onnx", work / "fixed.onnx", "--side", pixels.shape[2])
    export(run, "torchscript", work / "script.pt", "--head")
    script = torch.jit.load(work / "script.pt")
    for name in "any.onnx", "fixed.onnx":
        check_onnx(work / name)
        close(run_onnx(work / name, pixels)["features"], features, 1e-4, f"onnxruntime, {name}")
    close(script(pixels).detach(), features, 1e-5, "TorchScript")
    larger = torch.nn.functional.interpolate(pixels[:3], (35, 49), mode="bilinear")
    outputs = run_onnx(work / "any.onnx", larger)
    close(outputs["features"], script(larger).detach(), 1e-4, "onnxruntime, 35 x 49 pixels")
    close(outputs["logits"], script.logits(larger).detach(), 1e-4, "onnxruntime, logits")
    check(outputs["attention"].shape[0] == 3 and outputs["attention"].shape[2] == 35, "attention of 5 x 7 patches")
    check((outputs["attention"].sum(-1) < 1).all() and (outputs["attention"] > 0).all(), "attention is no share of 1")


def official_checkpoint(run, work):
    """What the official code's restart takes: state dicts, and an optimiser's state for its parameter groups."""
    export(run, "checkpoint", work / "checkpoint.pth")
    checkpoint = torch.load(work / "checkpoint.pth", weights_only=True)
    student = {name: tensor for name, tensor in checkpoint["student"].items() if "running_" not in name and "num_batches" not in name}
    check(all(name.startswith("module.") for name in student), "the student's names lack 'module.'")
    trained = {name: torch.nn.Parameter(tensor.clone()) for name, tensor in student.items() if not name.endswith("last_layer.weight_g")}
    decaying = [p for name, p in trained.items() if not name.endswith(".bias") and p.ndim != 1]
    plain = [p for name, p in trained.items() if name.endswith(".bias") or p.ndim == 1]
    optimizer = torch.optim.AdamW([{"params": decaying}, {"params": plain, "weight_decay": 0.0}])
    optimizer.load_state_dict(checkpoint["optimizer"])
    for parameter in decaying + plain:
        for word in "exp_avg", "exp_avg_sq":
            moment = optimizer.state.get(parameter, {}).get(word)
            check(moment is None or moment.shape == parameter.shape, "a moment belongs to another parameter")
        parameter.grad = torch.ones_like(parameter)
    check(len(optimizer.state) > 50, "the optimiser remembers nothing")
    optimizer.step()
    check(checkpoint["dino_loss"]["center"].shape[0] == 1 and checkpoint["args"]["optimizer"] == "adamw", "centre or args")
    torch.save(checkpoint, work / "again.pth")
    export(work / "again.pth", "safetensors", work / "again.safetensors", "--network", "student", "--heads", 3, "--head")
    export(run, "safetensors", work / "student.safetensors", "--network", "student", "--head")
    same(safetensors.torch.load_file(work / "again.safetensors"), safetensors.torch.load_file(work / "student.safetensors"), "checkpoint -> torch -> ours")


def curves(run, work):
    export(run, "csv", work / "curves.csv")
    rows = [line.split(",") for line in (work / "curves.csv").read_text().splitlines()[1:]]
    export(run, "tensorboard", work / "events")
    scalars = [(value.tag, event.step, value.simple_value if value.HasField("simple_value") else value.tensor.float_val[0])
               for path in (work / "events").iterdir() for event in EventFileLoader(str(path)).Load() if event.HasField("summary")
               for value in event.summary.value]
    check(len(scalars) == len(rows) > 50, f"{len(scalars)} events for {len(rows)} points")
    for (tag, step, value), (metric, row_step, row_value, _) in zip(scalars, rows):
        wanted = numpy.float32(float(row_value))
        check(tag.endswith("/" + metric) and step == int(row_step) and (value == wanted or numpy.isnan(wanted)), f"{tag} at {step}")
    print(f"  TensorBoard: {len(scalars)} points are equal")


def networks_of_others(work):
    """Networks of timm: their features after a way through ours."""
    torch.manual_seed(0)
    for name, side, heads in ("vit_tiny_patch16_224", 224, 3), ("resnet18", 96, 0):
        model = timm.create_model(name, num_classes=0).eval()
        for module in model.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.eps = 1e-6
        torch.save(model.state_dict(), work / f"{name}.pth")
        pixels = torch.randn(2, 3, side, side)
        with torch.inference_mode():
            wanted = model(pixels)
        export(work / f"{name}.pth", "timm", work / name)
        with torch.inference_mode():
            close(timm.create_model(f"local-dir:{work / name}", pretrained=True).eval()(pixels), wanted, 1e-5, f"{name}, timm")
        export(work / f"{name}.pth", "onnx", work / f"{name}.onnx")
        check_onnx(work / f"{name}.onnx")
        close(run_onnx(work / f"{name}.onnx", pixels)["features"], wanted, 1e-4, f"{name}, onnxruntime")
        if heads:
            export(work / f"{name}.pth", "huggingface", work / f"{name}-hf")
            with torch.inference_mode():
                theirs = ViTModel.from_pretrained(work / f"{name}-hf", add_pooling_layer=False).eval()
                close(theirs(pixels).last_hidden_state[:, 0], wanted, 1e-5, f"{name}, transformers")


def main():
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory(prefix="dinoscope-interop-") as folder:
        work = pathlib.Path(folder)
        run = work / "run"
        dinoscope("train", *SMALL, "--steps", 6, "--out", run)
        for test in tensors_of_run, features_of_run, official_checkpoint, curves:
            print(test.__name__)
            test(run, work)
        print("networks_of_others")
        networks_of_others(work)
    print("All round trips hold.")


main()
