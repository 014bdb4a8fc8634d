"""Atomic replacement: the old file or the whole new one, whatever goes wrong."""

import errno
import os
import resource
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from diabolo.errors import DiskFullError, OutputError, OutputExistsError
from diabolo.files import atomic


@pytest.fixture
def target(tmp_path) -> Path:
    path = tmp_path / "report.html"
    path.write_text("old")
    return path


def put(path: Path, text: str = "new", **options: bool) -> None:
    with atomic.replace(path, **options) as temporary:
        temporary.write_text(text)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- success


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_new_file_appears_whole(tmp_path, overwrite):
    path = tmp_path / "new.csv"
    with atomic.replace(path, overwrite=overwrite) as temporary:
        temporary.write_text("half")
        assert not path.exists()
        assert temporary.parent == path.parent
        assert atomic.is_temporary(temporary, "new")
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert names(tmp_path) == {"new.csv"}


def test_an_existing_file_is_replaced_and_stays_readable_until_then(target):
    with atomic.replace(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert names(target.parent) == {"report.html"}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_the_permissions_of_the_old_file_are_kept(target, mode):
    target.chmod(mode)
    put(target)
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_of_any_other_new_file(tmp_path):
    put(tmp_path / "new")
    (tmp_path / "plain").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_symbolic_link_stays_and_its_target_is_replaced(tmp_path, target):
    link = tmp_path / "link"
    link.symlink_to(target)
    put(link)
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_relative_path_and_a_writer_that_replaces_the_temporary_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with atomic.replace("out.bin") as temporary:
        temporary.unlink()
        temporary.write_bytes(b"mine")
    assert (tmp_path / "out.bin").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["x" * 255, "ü" * 127, "a b\n'\"", ".hidden", "noext"])
def test_any_name_that_the_system_allows_works(tmp_path, name):
    put(tmp_path / name)
    assert names(tmp_path) == {name}


def test_the_bytes_are_durable_before_the_name_and_the_name_before_the_end(target, monkeypatch):
    events = []

    def fsync(descriptor, original=os.fsync):
        events.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        original(descriptor)

    def rename(*paths, original=os.replace):
        events.append("rename")
        original(*paths)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    put(target)
    assert events == ["sync file", "rename", "sync folder"]


# --- refusal


def test_an_existing_file_stays_without_leave_to_replace_it(target):
    with pytest.raises(OutputExistsError, match="--force"):
        put(target, overwrite=False)
    assert target.read_text() == "old"
    assert names(target.parent) == {"report.html"}


@pytest.mark.parametrize("linkable", [True, False])
def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path, monkeypatch, linkable):
    if not linkable:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no hard links")))
    path = tmp_path / "late"
    with pytest.raises(OutputExistsError), atomic.replace(path, overwrite=False):
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert names(tmp_path) == {"late"}


def test_without_hard_links_a_free_name_is_taken_by_renaming(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no hard links")))
    put(tmp_path / "new", overwrite=False)
    assert (tmp_path / "new").read_text() == "new"
    assert names(tmp_path) == {"new"}


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("absent/out", "create the folder first"),
        ("file/out", "a part of the path is a file"),
        ("folder", "it is a folder"),
        ("x" * 256, "too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_explained(tmp_path, place, sentence):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match=sentence) as caught:
        put(tmp_path / place)
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == {"file", "folder"}


@pytest.mark.parametrize("device", ["/dev/null", "/dev/full", "/dev/stdout"])
def test_a_device_is_never_renamed_over(device):
    before = Path(device).stat().st_mode
    if stat.S_ISREG(before):
        pytest.skip(f"{device} is a regular file here")
    with pytest.raises(OutputError, match="not a regular file"):
        put(Path(device))
    assert Path(device).stat().st_mode == before


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc, which nobody may write to")
def test_a_folder_where_nobody_may_write_is_explained():
    with pytest.raises(OutputError, match="cannot write '/proc/"):
        put(Path("/proc/diabolo.csv"))


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_missing_permission_is_explained(target, monkeypatch, code):
    def refuse(path, *_, **__):
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OutputError, match="choose another folder"):
        put(target)
    monkeypatch.undo()
    assert target.read_text() == "old"


# --- failure in the block


@pytest.mark.parametrize(
    "error", [RuntimeError("bug"), KeyboardInterrupt(), ValueError("data"), SystemExit(2)]
)
def test_any_error_keeps_the_old_file_and_passes_unchanged(target, error):
    with pytest.raises(type(error)) as caught, atomic.replace(target):
        raise error
    assert caught.value is error
    assert target.read_text() == "old"
    assert names(target.parent) == {"report.html"}


def test_an_error_about_another_file_is_not_blamed_on_the_output(target):
    with pytest.raises(FileNotFoundError, match="input"), atomic.replace(target):
        Path("no such input").read_text()
    assert target.read_text() == "old"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("where", ["block", "fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(target, monkeypatch, code, where):
    def fail(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(*{"block": (Path, "write_text")}.get(where, (os, where)), fail)
    with pytest.raises(DiskFullError, match="unchanged") as caught:
        put(target)
    assert caught.value.__cause__.errno == code
    assert target.read_text() == "old"
    assert names(target.parent) == {"report.html"}


def test_a_failing_disk_is_reported(target, monkeypatch):
    monkeypatch.setattr(
        os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error"))
    )
    with pytest.raises(OutputError, match="Input/output error"):
        put(target)
    assert target.read_text() == "old"


def test_a_file_system_that_cannot_sync_folders_is_accepted(target, monkeypatch):
    def fsync(descriptor, original=os.fsync):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    put(target)
    assert target.read_text() == "new"


def test_a_real_limit_on_file_size_keeps_the_old_file(target):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (1 << 20, hard)
    )  # Python ignores SIGXFSZ, so writes fail with EFBIG
    try:
        with pytest.raises(DiskFullError), atomic.replace(target) as temporary:
            temporary.write_bytes(bytes(2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert target.read_text() == "old"
    assert names(target.parent) == {"report.html"}


def run_on_small_disk(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run Python in `folder` on a disk of 512 KiB that only it sees; skip where that is not allowed."""
    disk = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=512k tmpfs '{folder}' && cd '{folder}'"
    if not shutil.which("unshare") or subprocess.run([*disk, mount], capture_output=True).returncode:
        pytest.skip("this system does not allow a private mount")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [*disk, f'{mount} && exec "$0" -c "$1"', sys.executable, code]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_a_disk_that_is_really_full_keeps_the_old_file(tmp_path):
    code = (
        "from pathlib import Path\n"
        "from diabolo.errors import DiskFullError\n"
        "from diabolo.files import atomic\n"
        "Path('out').write_text('old')\n"
        "for _ in range(3):\n"  # a temporary that stayed would keep the disk full
        "    try:\n"
        "        with atomic.replace('out') as temporary: temporary.write_bytes(bytes(1 << 20))\n"
        "    except DiskFullError: print(Path('out').read_text(), len(list(Path('.').iterdir())))\n"
        "with atomic.replace('out') as temporary: temporary.write_bytes(b'n' * 400_000)\n"
        "print(Path('out').stat().st_size)\n"
    )
    done = run_on_small_disk(tmp_path, code)
    assert done.stdout.split() == ["old", "1"] * 3 + ["400000"], done.stderr


# --- kill -9


@pytest.mark.parametrize(
    ("call", "left"),
    [("os.fsync", "old"), ("os.replace", "old"), ("os.close", "new")],
    ids=lambda value: value,
)
def test_kill_9_leaves_the_old_or_the_new_file_and_a_temporary_that_is_not_mistaken_for_it(
    target, call, left
):
    """Die at the call: before the bytes are durable, before the rename, after the folder was synced."""
    code = (
        "import os, signal, sys\n"
        "from diabolo.files import atomic\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "calls = iter([os.close, die]) if sys.argv[2] == 'os.close' else iter([die])\n"
        "setattr(os, sys.argv[2].removeprefix('os.'), lambda *a: next(calls)(*a))\n"
        "with atomic.replace(sys.argv[1]) as temporary: temporary.write_text('new')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, target, call], capture_output=True, text=True, env=environment
    )
    assert done.returncode == -9, done.stderr
    assert target.read_text() == left
    leftovers = names(target.parent) - {"report.html"}
    assert len(leftovers) == (left == "old")
    assert all(atomic.is_temporary(Path(name), "report") for name in leftovers)
    put(target, "next")
    assert target.read_text() == "next"


@pytest.mark.parametrize(
    "name", ["report.html", ".report.html", "report.tmp", ".other.1234.tmp", ".report.html.tmp2"]
)
def test_only_our_own_leftovers_are_called_temporary(name):
    assert not atomic.is_temporary(Path(name), "report")
