"""The one file a model or a checkpoint lives in: a JSON manifest and safetensors, never a pickle.

Layout, little-endian (`docs/reference/file-format.md` has the whole story)::

    magic     8 bytes   0x89 "DIABOLO"
    sha256   32 bytes   of everything that follows
    lengths  2 x u64    of the manifest and of the tensors
    manifest            canonical JSON: sorted keys, no spaces, ASCII, finite numbers only
    tensors             one safetensors blob

safetensors alone notices about one flipped bit in twenty; the checksum over the whole rest notices every one.
It guards against damage, not against forgery. Nothing in a file is ever executed or imported.
"""

import hashlib
import os
import struct
from collections.abc import Generator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diabolo.errors import ChecksumError, ModelFileError, NotADiaboloFileError, TruncatedFileError
from diabolo.files import atomic
from diabolo.files.manifest import check, from_json, stamp, to_json

if TYPE_CHECKING:
    import torch

__all__ = ["read", "read_manifest", "write"]

_MAGIC = b"\x89DIABOLO"
_HEADER = struct.Struct("<8s32sQQ")
_LENGTHS = struct.Struct("<QQ")
_MANIFEST_LIMIT = 256 * 2**20  # bytes; the schema of 100,000 columns takes about a tenth of it
_FOREIGN = {
    b"PK\x03\x04": "a zip archive (torch.save, .npz and .xlsx files are such)",
    b"\x80": "a pickle, which Diabolo never opens because it can run any code",
    b"\x93NUMPY": "a NumPy array",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a gzip file: unpack it first",
}


def write(
    path: str | os.PathLike[str],
    content: dict[str, Any],
    tensors: dict[str, "torch.Tensor"],
    *,
    overwrite: bool = True,
) -> None:
    """Write one file, all or nothing; equal content and tensors give equal bytes.

    Parameters
    ----------
    path
        The file to create or to replace.
    content
        What the manifest shall say besides `format`, `format_version`, `created_by` and `tensors`, which are
        always set here. `kind` names what the file holds (default ``"model"``). JSON values and NumPy scalars
        are allowed; tuples come back as lists; numbers must be finite.
    tensors
        Tensors of any shape, data type and device, by name; views and shared memory are stored as copies.
    overwrite
        Whether an existing file may be replaced.

    Raises
    ------
    OutputError
        The file cannot be written (`OutputExistsError`, `DiskFullError`); an old file is unchanged.
    ModelFileError
        The content cannot be stored as JSON.

    Example
    -------
    >>> import tempfile, torch
    >>> folder = tempfile.TemporaryDirectory()
    >>> write(Path(folder.name) / "m.diabolo", {"kind": "model"}, {"weight": torch.eye(2)})
    >>> content, tensors = read(Path(folder.name) / "m.diabolo")
    >>> content["tensors"]["weight"]["shape"], tensors["weight"].tolist()
    ([2, 2], [[1.0, 0.0], [0.0, 1.0]])
    >>> folder.cleanup()
    """
    import torch
    from safetensors.torch import save

    # safetensors refuses views and shared memory, such as a weight that two layers hold
    form = torch.contiguous_format
    owned = {name: tensor.detach().cpu().clone(memory_format=form) for name, tensor in tensors.items()}
    manifest = _encode({"kind": "model", **content, **stamp(), "tensors": _describe(owned)})
    blob = save(owned)
    parts = (_LENGTHS.pack(len(manifest), len(blob)), manifest, blob)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    with atomic.replace(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
        file.writelines((_MAGIC, digest.digest(), *parts))


def read(
    path: str | os.PathLike[str], *, kind: str | None = None
) -> tuple[dict[str, Any], dict[str, "torch.Tensor"]]:
    """Read a file that `write` has written, verified to the last bit, and nothing else.

    Parameters
    ----------
    path
        The file.
    kind
        What the file must hold, for example ``"model"``; by default anything is accepted.

    Returns
    -------
    tuple
        The manifest, and the tensors on the CPU by name.

    Raises
    ------
    NotADiaboloFileError
        The file is of another kind; it was not opened further.
    TruncatedFileError, ChecksumError
        The file is incomplete or damaged.
    NewerVersionError
        The file was written by a newer Diabolo.
    ModelFileError
        The file is absent or unreadable, or does not hold `kind`.

    Example
    -------
    >>> read("nowhere.diabolo")
    Traceback (most recent call last):
    diabolo.errors.ModelFileError: cannot read 'nowhere.diabolo': there is no such file
    """
    with _opened(Path(path)) as file:
        manifest = _verified_manifest(file)
        if kind is not None and manifest["kind"] != kind:
            raise ModelFileError(f"{file.name!r} holds a {manifest['kind']}: give the file of a {kind}")
        tensors = _load(file.read(), file.name)
    described = _describe(tensors)
    if described != manifest["tensors"]:
        raise ChecksumError(f"{file.name!r}: the tensors are not those of its manifest; use another copy")
    return manifest, {name: tensors[name] for name in described}


def read_manifest(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what a file says about itself, its checksum verified, without loading the tensors (or torch).

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        The manifest: `format`, `format_version`, `kind`, `created_by`, `tensors` and what the writer added.

    Raises
    ------
    ModelFileError
        As for `read`.

    Example
    -------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> write(Path(folder.name) / "m.diabolo", {"rows": 12}, {})
    >>> manifest = read_manifest(Path(folder.name) / "m.diabolo")
    >>> manifest["kind"], manifest["format_version"], manifest["rows"]
    ('model', 1, 12)
    >>> folder.cleanup()
    """
    with _opened(Path(path)) as file:
        return _verified_manifest(file)


def _describe(tensors: dict[str, "torch.Tensor"]) -> dict[str, dict[str, Any]]:
    """Shape, data type and checksum of each tensor, sorted by name."""
    import torch

    return {
        name: {
            "shape": list(tensor.shape),
            "dtype": str(tensor.dtype).removeprefix("torch."),
            "sha256": hashlib.sha256(tensor.reshape(-1).view(torch.uint8).numpy().data).hexdigest(),
        }
        for name, tensor in sorted(tensors.items())
    }


def _load(blob: bytes, name: str) -> dict[str, "torch.Tensor"]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(blob)
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelFileError(f"{name!r}: its tensors cannot be read ({error}); use another copy") from error


@contextmanager
def _opened(path: Path) -> Generator[BufferedReader, None, None]:
    """Open a regular file only: a pipe would block and a device would never end."""
    try:
        if not path.is_file():
            reason = "it is not a regular file" if path.exists() else "there is no such file"
            raise ModelFileError(f"cannot read {str(path)!r}: {reason}")
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise ModelFileError(f"cannot read {str(path)!r}: {error.strerror}") from error


def _encode(manifest: dict[str, Any]) -> bytes:
    encoded = to_json(manifest)
    check(manifest, "the file to write")
    if len(encoded) > _MANIFEST_LIMIT:
        raise ModelFileError(f"the manifest has {len(encoded)} bytes, at most {_MANIFEST_LIMIT} are allowed")
    return encoded


def _verified_manifest(file: BufferedReader) -> dict[str, Any]:
    """Check the whole file, then parse its manifest; the file is left at the first byte of the tensors."""
    length = _verify(file)
    file.seek(_HEADER.size)
    try:
        manifest = from_json(file.read(length))
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            f"{file.name!r}: its manifest cannot be read ({error}); use another copy"
        ) from error
    check(manifest, file.name)
    return manifest


def _verify(file: BufferedReader) -> int:
    """Compare lengths and checksum with the file before any of it is believed; give the manifest's length."""
    head = file.read(_HEADER.size)
    if not head.startswith(_MAGIC) and not (head and _MAGIC.startswith(head)):
        raise NotADiaboloFileError(f"{file.name!r} is not a Diabolo file: it is {_kind_of(head)}")
    size = os.fstat(file.fileno()).st_size
    if len(head) < _HEADER.size:
        raise TruncatedFileError(f"{file.name!r} is incomplete: it ends after {size} bytes; copy it again")
    _, digest, manifest, blob = _HEADER.unpack(head)
    expected = _HEADER.size + manifest + blob
    if size < expected:
        raise TruncatedFileError(
            f"{file.name!r} is incomplete: it has {size} of {expected} bytes; copy it again"
        )
    file.seek(len(_MAGIC) + len(digest))
    if hashlib.file_digest(file, "sha256").digest() != digest:
        raise ChecksumError(
            f"{file.name!r} is damaged: its checksum does not match; use another copy of the file"
        )
    if manifest > _MANIFEST_LIMIT:
        raise ModelFileError(f"{file.name!r}: its manifest of {manifest} bytes exceeds {_MANIFEST_LIMIT}")
    return manifest


def _kind_of(head: bytes) -> str:
    """Name a foreign file by its first bytes, for the error message."""
    if not head:
        return "empty"
    if head[8:9] == b"{":
        return "a bare safetensors file"
    return next((name for start, name in _FOREIGN.items() if head.startswith(start)), "of an unknown kind")
