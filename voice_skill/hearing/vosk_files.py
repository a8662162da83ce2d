"""What a vosk model folder must hold, looked at before vosk opens it (a bad one can end the process)."""

import re
from pathlib import Path

_GRAPHS = (("HCLG.fst", "words.txt"), ("HCLr.fst", "Gr.fst", "disambig_tid.int"))
_ADAPTATION = ("final.dubm", "final.ie", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")


def model_faults(folder: Path) -> list[str]:
    """Return what is wrong with a model folder, one short phrase a fault; [] if vosk can open it."""
    if not folder.is_dir():
        return ["there is no such folder"]
    flat = not (folder / "am").exists() and (folder / "final.mdl").exists()
    acoustic = ["final.mdl", "mfcc.conf"] if flat else ["am/final.mdl", "conf/mfcc.conf", "conf/model.conf"]
    boundaries = "word_boundary.int" if flat else "graph/phones/word_boundary.int"
    needed = [*acoustic, boundaries, *_graph_files(folder, "" if flat else "graph/")]
    if (folder / "ivector").exists():
        needed += [f"ivector/{name}" for name in _ADAPTATION]
    return [
        f"{name} is missing or empty" for name in needed if not _has_content(folder / name)
    ] or _bad_splice(folder)


def takes_grammar(folder: Path) -> bool:
    """Tell whether the model's graph can be composed with a list of phrases at run time."""
    places = (folder, folder / "graph")
    return any((place / "Gr.fst").exists() and (place / "HCLr.fst").exists() for place in places)


def _graph_files(folder: Path, prefix: str) -> list[str]:
    """Return the graph's files: of the kind the folder has begun, or of the usual kind for small models."""
    fixed, composed = _GRAPHS
    names = fixed if (folder / f"{prefix}{fixed[0]}").exists() else composed
    return [prefix + name for name in names]


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _bad_splice(folder: Path) -> list[str]:
    """Return the one fault that vosk answers with abort() instead of an error: no context in splice.conf."""
    path = folder / "ivector" / "splice.conf"
    if not path.exists():
        return []
    text = path.read_text(errors="replace")
    complete = all(re.search(rf"--{side}-context=\d+\s*$", text, re.MULTILINE) for side in ("left", "right"))
    return [] if complete else ["ivector/splice.conf is incomplete"]
