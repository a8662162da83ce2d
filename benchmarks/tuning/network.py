"""The network out of its files into torch, where it can be trained, and back.

The files hold whole numbers of 8 bits with a scale and a zero for each table. Training goes on over just
those: in the forward pass each table is rounded as the file will hold it (`Rounded`), so that nothing is lost
in the end.
The tables of words, and the convolutions that take in the sound, stay as they are.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.InferenceSession import InferenceSession
from torch.nn.utils import parametrize
from transformers import MoonshineConfig, MoonshineForConditionalGeneration

ENCODER, DECODER = "encoder_model.ort", "decoder_model_merged.ort"
KINDS = {1: np.float32, 2: np.uint8}
FIXED = ("model.decoder.embed_tokens", "proj_out", "model.encoder.conv", "model.encoder.groupnorm")


class Place(NamedTuple):
    """Where a weight lies: in which file, under which name. rounded: as whole numbers."""

    file: str
    name: str
    rounded: bool


class File:
    """A file of the network; what `table` returns can be written to."""

    def __init__(self, path: Path) -> None:
        self.content = bytearray(path.read_bytes())
        self._tables: dict[str, Any] = {}
        self._walk(InferenceSession.GetRootAsInferenceSession(self.content, 0).Model().Graph())

    def table(self, name: str) -> np.ndarray:
        found = self._tables[name]
        shape = [found.Dims(at) for at in range(found.DimsLength())]
        values: np.ndarray = found.RawDataAsNumpy().view(KINDS[found.DataType()])
        return values.reshape(shape)

    def scale(self, name: str) -> tuple[float, float]:
        """Return what one step of a rounded table is worth, and the number that stands for 0."""
        base = name.removesuffix("_quantized")
        return float(self.table(f"{base}_scale").item()), float(self.table(f"{base}_zero_point").item())

    def weights(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each operation with those of its tables."""
        for node, tables in self._nodes:
            for name in tables:
                if name in self._tables and "Constant" not in name:
                    yield node, name

    def _walk(self, graph: Any) -> None:
        self._nodes = getattr(self, "_nodes", [])
        for at in range(graph.InitializersLength()):
            table = graph.Initializers(at)
            if table.DataType() in KINDS:
                self._tables.setdefault(table.Name().decode(), table)
        for at in range(graph.NodesLength()):
            node = graph.Nodes(at)
            self._nodes.append(
                (node.Name().decode(), [node.Inputs(n).decode() for n in range(node.InputsLength())])
            )
            for number in range(node.AttributesLength()):
                if node.Attributes(number).G():
                    self._walk(node.Attributes(number).G())


class Rounded(torch.nn.Module):
    """Rounds a table to the steps of its file; the gradient passes as if it did not."""

    def __init__(self, scale: float, zero: float) -> None:
        super().__init__()
        self.scale, self.zero = scale, zero

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        steps = torch.clamp(torch.round(weight / self.scale) + self.zero, 0, 255)
        return weight + ((steps - self.zero) * self.scale - weight).detach()


class Network:
    """The network in torch, out of the files in a folder. moving: the weights that are trained, by name."""

    def __init__(self, folder: Path) -> None:
        self.files = {name: File(folder / name) for name in (ENCODER, DECODER)}
        self.model = MoonshineForConditionalGeneration(
            MoonshineConfig(
                hidden_size=288,
                intermediate_size=1152,
                encoder_num_hidden_layers=6,
                decoder_num_hidden_layers=6,
                encoder_num_attention_heads=8,
                decoder_num_attention_heads=8,
                vocab_size=32768,
                pad_head_dim_to_multiple_of=8,
            )
        )
        wanted = self.model.state_dict()
        self._places = {name: place for name, place in self._found() if name in wanted}
        if set(self._places) != set(wanted):
            raise ValueError(f"not in the files: {sorted(set(wanted) - set(self._places))}")
        tables = {name: self._read(name).reshape(value.shape) for name, value in wanted.items()}
        self.model.load_state_dict({name: torch.from_numpy(table.copy()) for name, table in tables.items()})
        self.moving = dict(self._movable())

    def _found(self) -> Iterator[tuple[str, Place]]:
        """Yield each weight's name in torch, and where it lies."""
        for file, content in self.files.items():
            inside = "model.encoder." if file == ENCODER else ""
            for node, name in content.weights():
                path = ".".join(node.strip("/").split("/")[:-1])
                if name.endswith("_quantized"):
                    yield f"{inside}{path}.weight", Place(file, name, rounded=True)
                elif node in {"/groupnorm/Mul", "/groupnorm/Add"}:
                    kind = "weight" if node.endswith("Mul") else "bias"
                    yield f"model.encoder.groupnorm.{kind}", Place(file, name, rounded=False)
                else:
                    plain = name.removesuffix("_add_tensor").removesuffix("_merged_0")
                    yield f"{inside}{plain}", Place(file, name, rounded=False)

    def _read(self, name: str) -> np.ndarray:
        place = self._places[name]
        table = self.files[place.file].table(place.name).astype(np.float32)
        if not place.rounded:
            return table
        scale, zero = self.files[place.file].scale(place.name)
        table = (table - zero) * scale
        return table if "embed_tokens" in name else table.T

    def _movable(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        self.model.requires_grad_(requires_grad=False)
        for name, place in self._places.items():
            if name.startswith(FIXED):
                continue
            path, _, kind = name.rpartition(".")
            module = self.model.get_submodule(path)
            weight = getattr(module, kind)
            if place.rounded:
                rounded = Rounded(*self.files[place.file].scale(place.name))
                parametrize.register_parametrization(module, kind, rounded, unsafe=True)
                weight = module.parametrizations[kind].original
            yield name, weight.requires_grad_(requires_grad=True)

    def write(self, folder: Path, share: float = 1.0) -> None:
        """Write the files with that share of the way from the package's weights to those as they are now."""
        packaged = {name: File(packaged_weights() / name) for name in self.files}
        for name, value in self.moving.items():
            place = self._places[name]
            file = self.files[place.file]
            table, new = file.table(place.name), value.detach().numpy()
            if place.rounded:
                scale, zero = file.scale(place.name)
                new = new.T / scale + zero
            original = packaged[place.file].table(place.name)
            mixed = original + share * (new.reshape(table.shape) - original)
            table[...] = np.clip(np.round(mixed), 0, 255) if place.rounded else mixed
        for name, file in self.files.items():
            (folder / name).write_bytes(file.content)


def packaged_weights() -> Path:
    """Return the folder of the weights in the package `moonshine-voice`."""
    found = importlib.util.find_spec("moonshine_voice")
    if found is None or found.origin is None:
        raise SystemExit("Install it: pip install moonshine-voice==0.0.73")
    return Path(found.origin).parent / "assets" / "tiny-en"
