"""The container: what was written comes back; anything else is refused with one sentence."""

import hashlib
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from diabolo.errors import (
    ChecksumError,
    ModelFileError,
    NewerVersionError,
    NotADiaboloFileError,
    OutputExistsError,
    TruncatedFileError,
)
from diabolo.files import container

GOLDEN = Path(__file__).parent / "format-1.diabolo"
DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.bool]
DTYPES += [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]


@pytest.fixture
def small(tmp_path) -> Path:
    path = tmp_path / "small.diabolo"
    container.write(path, {"kind": "model", "k": 2}, {"w": torch.arange(4.0), "b": torch.ones(1, 3).bool()})
    return path


def forge(path: Path, manifest: bytes | dict, blob: bytes, lengths: tuple[int, int] | None = None) -> Path:
    """Write a file whose checksum is right and whose content the caller chooses, as a forger would."""
    encoded = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    body = struct.pack("<QQ", *(lengths or (len(encoded), len(blob)))) + encoded + blob
    path.write_bytes(b"\x89DIABOLO" + hashlib.sha256(body).digest() + body)
    return path


def parts(path: Path) -> tuple[dict, bytes]:
    """Manifest and tensors of a file."""
    data = path.read_bytes()
    length, _ = struct.unpack("<QQ", data[40:56])
    return json.loads(data[56 : 56 + length]), data[56 + length :]


# --- round trip


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (2, 3), (2, 1, 4)], ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_tensors_come_back_bitwise(tmp_path, dtype, shape):
    generator = torch.Generator().manual_seed(0)
    tensor = torch.randint(0, 100, shape, generator=generator).to(dtype)
    container.write(tmp_path / "m", {}, {"t": tensor})
    manifest, tensors = container.read(tmp_path / "m")
    assert tensors["t"].dtype == dtype
    assert tensors["t"].shape == shape
    assert torch.equal(tensors["t"], tensor)
    assert manifest["tensors"]["t"]["shape"] == list(shape)
    assert manifest["tensors"]["t"]["dtype"] == str(dtype).removeprefix("torch.")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.0, 1e-45])
def test_special_numbers_keep_their_bits(tmp_path, value):
    tensor = torch.tensor([value])
    container.write(tmp_path / "m", {}, {"t": tensor})
    _, tensors = container.read(tmp_path / "m")
    assert torch.equal(tensors["t"].view(torch.int32), tensor.view(torch.int32))


def test_views_shared_memory_and_gradients_are_stored_as_values(tmp_path):
    weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    given = {"weight": weight, "tied": weight, "transposed": weight.T, "column": weight[:, 1]}
    container.write(tmp_path / "m", {}, given)
    _, tensors = container.read(tmp_path / "m")
    assert set(tensors) == set(given)
    for name, tensor in given.items():
        assert torch.equal(tensors[name], tensor.detach())
    tensors["weight"] += 1  # what is read can be trained on, and nothing is shared
    assert torch.equal(tensors["tied"], weight.detach())


@given(content=st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.booleans()), max_size=4))
def test_content_comes_back(tmp_path_factory, content):
    content = {f"my {name}": value for name, value in content.items()}
    path = tmp_path_factory.mktemp("content") / "m"
    container.write(path, content, {})
    manifest, tensors = container.read(path)
    assert manifest.items() >= content.items()
    assert manifest["kind"] == "model"
    assert tensors == {}
    assert container.read_manifest(path) == manifest


def test_equal_content_gives_equal_bytes_and_a_file_can_be_written_again_from_what_was_read(tmp_path, small):
    container.write(tmp_path / "again", *container.read(small))
    assert (tmp_path / "again").read_bytes() == small.read_bytes()


def test_the_writer_cannot_forge_the_stamp(tmp_path):
    container.write(tmp_path / "m", {"format_version": 99, "format": "x", "tensors": 1, "created_by": 0}, {})
    manifest = container.read_manifest(tmp_path / "m")
    assert (manifest["format"], manifest["format_version"], manifest["tensors"]) == ("diabolo", 1, {})


def test_a_file_of_format_version_1_loads_forever():
    manifest, tensors = container.read(GOLDEN, kind="model")
    assert manifest["columns"] == ["age", "größe"]
    assert torch.equal(tensors["weight"], torch.arange(6.0).reshape(2, 3))
    assert torch.equal(tensors["seen"], torch.tensor([True, False]))


def test_an_existing_file_stays_when_it_may_not_be_replaced(small):
    before = small.read_bytes()
    with pytest.raises(OutputExistsError):
        container.write(small, {"k": 3}, {}, overwrite=False)
    assert small.read_bytes() == before


@pytest.mark.parametrize("content", [{"loss": float("nan")}, {"kind": 3}, {"kind": None}])
def test_content_that_could_not_be_read_back_is_refused_and_the_old_file_stays(small, content):
    before = small.read_bytes()
    with pytest.raises(ModelFileError):
        container.write(small, content, {})
    assert small.read_bytes() == before


def test_the_manifest_is_read_without_torch(small):
    code = (
        "import sys; from diabolo.files.container import read_manifest; "
        "print(read_manifest(sys.argv[1])['k'], 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, small], capture_output=True, text=True, env=environment()
    )
    assert done.stdout.split() == ["2", "False"], done.stderr


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}


# --- damage


def put(path: Path, position: int, data: bytes) -> None:
    """Change bytes in place."""
    with path.open("r+b") as file:
        file.seek(position)
        file.write(data)


@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_is_detected(small, bit):
    for position, byte in enumerate(small.read_bytes()):
        put(small, position, bytes([byte ^ 1 << bit]))
        with pytest.raises(ModelFileError):
            container.read(small)
        with pytest.raises(ModelFileError):
            container.read_manifest(small)
        put(small, position, bytes([byte]))
    container.read(small)


def test_every_truncation_is_detected(small):
    for length in reversed(range(small.stat().st_size)):
        os.truncate(small, length)
        with pytest.raises(TruncatedFileError if length else NotADiaboloFileError):
            container.read(small)


@pytest.mark.parametrize("garbage", [b"\0", b" ", b"\n", b"x" * 1000])
def test_trailing_garbage_is_detected(small, garbage):
    small.write_bytes(small.read_bytes() + garbage)
    with pytest.raises(ChecksumError, match="damaged"):
        container.read(small)


def test_exchanged_bytes_are_detected(small):
    data = small.read_bytes()
    for first in range(56, len(data) - 1):
        pair = data[first : first + 2]
        if pair[0] != pair[1]:
            put(small, first, pair[::-1])
            with pytest.raises(ChecksumError):
                container.read(small)
            put(small, first, pair)
    container.read(small)


# --- other files


def a_pickle() -> bytes:
    return pickle.dumps({"weight": [1.0]})


def a_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.pkl", a_pickle())
    return buffer.getvalue()


def a_torch_save() -> bytes:
    buffer = io.BytesIO()
    torch.save({"weight": torch.ones(2)}, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "empty"),
        (a_pickle(), "a pickle"),
        (a_zip(), "a zip archive"),
        (a_torch_save(), "a zip archive"),
        (b"\x93NUMPY\x01\x00v\x00{", "a NumPy array"),
        (b"PAR1" + bytes(50), "a Parquet file"),
        (save({"w": torch.ones(2)}), "a bare safetensors file"),
        (b"age,income\n3,4\n", "of an unknown kind"),
        (b"{}", "of an unknown kind"),
        (bytes(100), "of an unknown kind"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_kind_of_file_is_named_and_refused(tmp_path, data, named):
    path = tmp_path / "model.diabolo"
    path.write_bytes(data)
    for reader in (container.read, container.read_manifest):
        with pytest.raises(NotADiaboloFileError, match=named) as caught:
            reader(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_nothing_is_unpickled_executed_or_imported_from_a_file(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (os.system, (f"touch {tmp_path / 'exploded'}",))

    bomb = pickle.dumps(Bomb())
    (tmp_path / "bare").write_bytes(bomb)
    manifest = {"format": "diabolo", "format_version": 1, "kind": "model", "tensors": {}}
    forge(tmp_path / "inside", manifest, bomb)
    forge(tmp_path / "manifest", bomb, save({}))
    code = (
        "import sys, torch, safetensors.torch, diabolo.files.container as c, diabolo.errors as e\n"
        "banned = {'pickle.find_class', 'exec', 'compile', 'os.system', 'subprocess.Popen', 'import'}\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append((event, args)) if event in banned else None)\n"
        "for path in sys.argv[1:]:\n"
        "    try: c.read(path)\n"
        "    except e.ModelFileError: print('refused')\n"
        "print(seen)\n"
    )
    files = [tmp_path / name for name in ("bare", "inside", "manifest")]
    done = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True, env=environment()
    )
    assert done.stdout.splitlines() == ["refused"] * 3 + ["[]"], done.stderr
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("place", "reason"),
    [(".", "not a regular file"), ("absent", "no such file"), ("file/inside", "no such file")],
)
def test_what_is_not_a_file_is_refused(tmp_path, place, reason):
    (tmp_path / "file").touch()
    with pytest.raises(ModelFileError, match=reason):
        container.read(tmp_path / place)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused_instead_of_read_forever(device):
    with pytest.raises(ModelFileError, match="not a regular file"):
        container.read(device)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match="not a regular file"):
        container.read(tmp_path / "pipe")


def test_an_unreadable_file_is_refused_with_the_reason(small, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ModelFileError, match="Permission denied"):
        container.read(small)


def test_a_file_of_another_kind_of_content_is_refused(small):
    assert container.read(small, kind="model")[0]["k"] == 2
    with pytest.raises(ModelFileError, match="holds a model: give the file of a checkpoint"):
        container.read(small, kind="checkpoint")


# --- forged or newer files whose checksum is right


def test_a_newer_version_is_refused_with_one_sentence(tmp_path, small):
    manifest, blob = parts(small)
    newer = forge(tmp_path / "newer", manifest | {"format_version": 2}, blob)
    for reader in (container.read, container.read_manifest):
        with pytest.raises(NewerVersionError, match="format version 2, and this Diabolo reads up to 1"):
            reader(newer)


@pytest.mark.parametrize("lengths", [(2**64 - 1, 0), (2**40, 5), (0, 2**63), (2**64 - 1, 2**64 - 1)])
def test_a_giant_length_is_refused_before_memory_is_taken(tmp_path, lengths):
    with pytest.raises(TruncatedFileError):
        container.read(forge(tmp_path / "m", b"{}", b"", lengths))


def test_a_manifest_above_the_limit_is_neither_written_nor_read(tmp_path, small, monkeypatch):
    monkeypatch.setattr(container, "_MANIFEST_LIMIT", 10)
    with pytest.raises(ModelFileError, match="exceeds 10"):
        container.read(small)
    with pytest.raises(ModelFileError, match="at most 10"):
        container.write(tmp_path / "m", {}, {})


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format":"diabolo","format":"diabolo"}',
        b'{"a":NaN}',
    ],
    ids=lambda manifest: repr(manifest[:20]),
)
def test_a_manifest_that_is_not_strict_json_is_refused(tmp_path, manifest):
    with pytest.raises(ModelFileError):
        container.read(forge(tmp_path / "m", manifest, save({})))


def forged_blobs() -> dict[str, bytes]:
    """Tensors that do not match the manifest of `small`, or are no tensors."""
    weight, seen = torch.arange(4.0), torch.ones(1, 3).bool()
    giant = b'{"w":{"dtype":"F32","shape":[2500000000],"data_offsets":[0,10000000000]}}'
    return {
        "other values": save({"w": weight + 1, "b": seen}),
        "other shape": save({"w": weight.reshape(2, 2), "b": seen}),
        "other dtype": save({"w": weight.view(torch.int32), "b": seen}),
        "swapped names": save({"b": weight, "w": seen}),
        "one absent": save({"w": weight}),
        "one more": save({"w": weight, "b": seen, "c": weight.clone()}),
        "giant": struct.pack("<Q", len(giant)) + giant,
        "giant header": struct.pack("<Q", 2**63) + b"{}",
        "empty": b"",
        "zeros": bytes(64),
        "unknown dtype": save({"w": weight, "b": seen}).replace(b"F32", b"F99"),
    }


@pytest.mark.parametrize("case", forged_blobs())
def test_tensors_that_are_not_those_of_the_manifest_are_refused(tmp_path, small, case):
    manifest, _ = parts(small)
    with pytest.raises(ModelFileError):
        container.read(forge(tmp_path / "m", manifest, forged_blobs()[case]))


def test_the_tensors_of_two_files_cannot_be_swapped(tmp_path, small):
    container.write(tmp_path / "other", {"k": 2}, {"w": torch.zeros(4), "b": torch.ones(1, 3).bool()})
    with pytest.raises(ChecksumError, match="not those of its manifest"):
        container.read(forge(tmp_path / "m", parts(small)[0], parts(tmp_path / "other")[1]))


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "a\0b", "", "größe", "x" * 5000])
def test_names_of_tensors_are_only_names(tmp_path, name):
    container.write(tmp_path / "m", {}, {name: torch.ones(1)})
    assert list(container.read(tmp_path / "m")[1]) == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
