"""PyTorch's side of EncoderTests: no arguments checks that torch and torchvision are there.

make FOLDER: a dozen 32 x 32 images.
compare ENCODER FOLDER FEATURES: loads the exported encoder into torchvision's model, and prints the largest difference between its
features of the images, in the order of their paths, and FEATURES (.npy), relative to the largest feature.
"""
import json
import pathlib
import struct
import sys

import numpy
import torch
import torchvision
from PIL import Image


def safetensors(path):
    """The format is 8 bytes of header length, the header as JSON, and the tensors' bytes."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    types = {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + at for at in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


def encoder(path):
    tensors, metadata = safetensors(path)
    model = getattr(torchvision.models, metadata["architecture"])()
    if metadata["stem"] == "cifar":
        model.conv1 = torch.nn.Conv2d(3, 64, 3, padding=1, bias=False)
        model.maxpool = torch.nn.Identity()
    model.fc = torch.nn.Identity()
    model.load_state_dict(tensors)
    return model.eval(), metadata


def make(folder):
    pathlib.Path(folder).mkdir(parents=True)
    random = numpy.random.default_rng(1)
    for i in range(12):
        Image.fromarray(random.integers(0, 256, (32, 32, 3), dtype=numpy.uint8)).save(f"{folder}/{i:02}.png")


def compare(path, folder, features):
    model, metadata = encoder(path)
    mean, std = (torch.tensor([float(x) for x in metadata[key].split()]).reshape(3, 1, 1) for key in ("mean", "std"))
    pixels = [numpy.array(Image.open(file)) for file in sorted(pathlib.Path(folder).iterdir())]
    images = torch.stack([torch.from_numpy(x).permute(2, 0, 1) / 255 for x in pixels])
    with torch.no_grad():
        expected = model((images - mean) / std)
    found = torch.from_numpy(numpy.load(features))
    assert found.shape == (len(pixels), int(metadata["feature_width"])) and found.std() > 0
    print(f"{((found - expected).abs().max() / expected.abs().max()).item():.9f}")


if len(sys.argv) > 1:
    {"make": make, "compare": compare}[sys.argv[1]](*sys.argv[2:])
