"""The walls that need the right to build them: namespaces of Linux, and a user id that owns nothing.

The warm process enters its namespaces once: no network (not even loopback), no messages or host name of
others, and a root folder in which only the readable paths exist. Every submission adds a mount namespace of
its own with a scratch folder in memory, bounded in size and number of files, which vanishes with it.
Root may do this directly; anybody else through a user namespace, where the machine allows one.

The C library is called directly: Python has these calls from 3.12 on or not at all.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from course.worker.ending import wait_for_end

SCRATCH = "/student/work"
FIRST_USER, USERS = 61184, 4000
"""User ids without an owner, from the range that systemd keeps for services (systemd.io, UIDs and GIDs)."""

PROBE_SECONDS = 20

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_KEPT = (
    0x40F  # what statvfs reports of a mount and a remount has to repeat: ro, nosuid, nodev, noexec, noatime
)
_DETACH = 2
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 24, 38, 47, 4
_MAX_FILES = 10_000
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}  # the C library has no function for it

_LIBRARY = ctypes.CDLL(None, use_errno=True)

Readable = Sequence[tuple[str, bool]]


def possible(readable: Readable) -> bool:
    """Whether this machine lets us build all of it; tried in a process that is thrown away."""
    return _succeeds(lambda: _build(readable, os.getuid()))


def users_possible(readable: Readable, inside: bool) -> bool:
    """Whether a process may take an id that owns nothing and still read what student code may read, ``inside``
    the namespaces or without them.
    """
    return sys.platform == "linux" and os.getuid() == 0 and readable_to(FIRST_USER, readable, inside)


def readable_to(user: int | None, readable: Readable, inside: bool) -> bool:
    """Whether a process without rights, with the id of ``user`` or our own, can read all of it."""

    def try_it() -> None:
        if inside:
            _build(readable, FIRST_USER)
        drop_rights(user)
        for path, _ in readable:
            if not os.access(path, os.R_OK):
                raise PermissionError(path)

    return _succeeds(try_it)


def _build(readable: Readable, user: int) -> None:
    enter()
    build_root(readable)
    mount_scratch(1, user)


def _succeeds(build: Callable[[], None]) -> bool:
    number = os.fork()
    if number == 0:
        status = 1
        try:
            build()
            status = 0
        except BaseException:
            status = 1
        finally:
            os._exit(status)
    return wait_for_end(number, PROBE_SECONDS) == 0


def enter() -> None:
    """Leave the namespaces of the machine. Raises OSError. Without root, while there is one thread only."""
    user, group = os.getuid(), os.getgid()
    flags = _NEWNS | _NEWNET | _NEWIPC | _NEWUTS
    _unshare(flags if user == 0 else flags | _NEWUSER)
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    _mount("none", "/", None, _REC | _PRIVATE)


def build_root(readable: Readable) -> None:
    """Make a root folder that holds the readable paths and an empty scratch folder, and nothing else."""
    root = tempfile.mkdtemp(prefix="course-root-")
    parent = os.open(os.path.dirname(root), os.O_RDONLY | os.O_DIRECTORY)
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for path, is_folder in sorted(readable):
        inside = Path(root + path)
        if os.path.islink(path):
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.symlink_to(os.readlink(path))
        elif not inside.exists():  # not below a folder that is there already
            _bind(path, inside, is_folder)
    os.makedirs(root + SCRATCH)
    os.chdir(root)
    _call("syscall", _PIVOT_ROOT[os.uname().machine], b".", b".")
    _call("umount2", b".", _DETACH)  # the old root, which now lies on top
    os.chdir("/")
    os.rmdir(os.path.basename(root), dir_fd=parent)  # the empty folder of the machine, on which it was built
    os.close(parent)
    _mount("none", "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


def _bind(path: str, inside: Path, is_folder: bool) -> None:
    if is_folder:
        inside.mkdir(parents=True)
    else:
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.touch()
    _mount(path, str(inside), None, _BIND | _REC)
    device = path.startswith("/dev/")
    kept = os.statvfs(inside).f_flag & _KEPT
    _mount("none", str(inside), None, _REMOUNT | _BIND | kept | _NOSUID | (0 if device else _RDONLY | _NODEV))


def mount_scratch(mebibytes: int, user: int) -> None:
    """An empty folder in memory at ``SCRATCH``, owned by ``user`` and seen by this process alone."""
    _unshare(_NEWNS | _NEWIPC)
    options = f"size={mebibytes}m,nr_inodes={_MAX_FILES},mode=700,uid={user},gid={os.getgid() or user}"
    _mount("tmpfs", SCRATCH, "tmpfs", _NOSUID | _NODEV, options)


def drop_rights(user: int | None = None) -> None:
    """Give up every capability, whatever layers stand: those inside a user namespace, and those of a root without
    namespaces (Docker's). With ``user``, for root only, also take this id, which owns nothing. There is no way
    back: nothing that is started later gets any right.
    """
    if sys.platform == "linux":
        if _LIBRARY.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "rights cannot be given up")
        _LIBRARY.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        capability = 0
        while _LIBRARY.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:  # for root: there is a last one
            capability += 1
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if sys.platform == "linux":
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3 of the interface, this thread
        _call("capset", header, (ctypes.c_uint32 * 6)())


def _unshare(flags: int) -> None:
    _call("unshare", flags)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    words = (os.fsencode(source), os.fsencode(target), kind.encode() if kind else None)
    _call("mount", *words, ctypes.c_ulong(flags), options.encode())


def _call(name: str, *arguments: object) -> None:
    if getattr(_LIBRARY, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
