"""The walls around student code, in layers. Each is tried, reported when it stands, and never claimed when
it does not.

process     a process of its own: own session, no inherited descriptors, clean environment,
            a scratch folder as the working directory
rlimits     memory, processor time, file size, open files, core dumps
landlock    files: the interpreter and the installed packages can be read, the scratch folder written,
            nothing else; no TCP; no signals to anybody outside
seccomp     system calls: no sockets, no new processes, no programs, no tracing, no changes of owners or limits

Landlock comes from ``landlockpy``, seccomp from ``pyseccomp`` (libseccomp); both work without root.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.catalog.model import Limits
from course.worker.memory import address_space

LAYERS = ("process", "rlimits", "landlock", "seccomp")
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_CLONE_THREAD = 0x10000

_DENIED = """
    socket connect bind listen accept accept4 socketpair
    fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise kcmp
    tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
    setsid setpgid setpriority unshare setns mount umount2 move_mount open_tree fsopen pivot_root chroot
    bpf perf_event_open io_uring_setup userfaultfd keyctl add_key request_key
    init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset personality
    chmod fchmod fchmodat chown fchown lchown fchownat setxattr lsetxattr fsetxattr removexattr
    shmget msgget semget mq_open mknod mknodat
    setrlimit settimeofday clock_settime adjtimex sethostname setdomainname acct quotactl
"""


@dataclass(frozen=True)
class Capabilities:
    """Which layers this machine can put up."""

    landlock: bool
    seccomp: bool
    readable: tuple[tuple[str, bool], ...]  # what student code may read, and whether it is a folder
    tasks: int  # processes and threads of this user when the machine was probed

    @property
    def layers(self) -> tuple[str, ...]:
        return (
            "process",
            "rlimits",
            *(("landlock",) if self.landlock else ()),
            *(("seccomp",) if self.seccomp else ()),
        )


def probe() -> Capabilities:
    """Try what is there; import everything the forked process will need."""
    landlock = seccomp = False
    if sys.platform == "linux":
        with contextlib.suppress(Exception):
            import landlockpy

            landlock = landlockpy.supported()
        with contextlib.suppress(Exception):
            import pyseccomp

            pyseccomp.SyscallFilter(pyseccomp.ALLOW)
            seccomp = True
    readable = tuple((str(path), path.is_dir()) for path in readable_paths())
    return Capabilities(landlock, seccomp, readable, _tasks_of_user())


def _tasks_of_user() -> int:
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                count += len(os.listdir(folder / "task"))
    return count


def readable_paths() -> list[Path]:
    """What student code may read besides its own folder: the interpreter, the packages, the course's data."""
    course = Path(__file__).resolve().parents[1]
    paths = {
        Path(p) for key in ("stdlib", "platstdlib", "purelib", "platlib") if (p := sysconfig.get_path(key))
    }
    paths |= {
        Path(sys.base_prefix) / "lib",
        Path("/usr/lib"),
        Path("/lib"),
        Path("/lib64"),
        Path("/usr/lib64"),
    }
    paths |= {Path("/usr/share/zoneinfo"), Path("/etc/ld.so.cache"), Path("/dev/null"), Path("/dev/urandom")}
    paths |= {course / "data", course / "plots.py", course / "__init__.py", course / "errors.py"}
    return sorted(path for path in paths if path.exists())


def enter(
    scratch: Path, limits: Limits, capabilities: Capabilities, seconds: float, off: Sequence[str] = ()
) -> tuple[str, ...]:
    """Put up every layer around the calling process, which has just been forked. The layers that stand are
    returned.
    """
    standing = ["process"]
    _die_with_parent()
    walled = capabilities.seccomp and "seccomp" not in off
    if "rlimits" not in off:
        _set_limits(limits, seconds, None if walled else capabilities.tasks + limits.processes)
        standing.append("rlimits")
    if capabilities.landlock and "landlock" not in off:
        _restrict_files(scratch, capabilities.readable)
        standing.append("landlock")
    if walled:
        _restrict_calls()
        standing.append("seccomp")
    return tuple(standing)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def _set_limits(limits: Limits, seconds: float, tasks: int | None) -> None:
    """``tasks`` bounds the processes and threads of the whole user; None where seccomp forbids new processes."""
    wanted = {
        "RLIMIT_CPU": int(seconds) + 1,
        "RLIMIT_FSIZE": limits.scratch_mib * 2**20,
        "RLIMIT_NOFILE": 128,
        "RLIMIT_CORE": 0,
    }
    if tasks is not None:
        wanted["RLIMIT_NPROC"] = tasks
    in_use = address_space()
    if in_use is not None:
        wanted["RLIMIT_AS"] = in_use + limits.memory_mib * 2**20
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))


def _restrict_files(scratch: Path, readable: Sequence[tuple[str, bool]]) -> None:
    from landlockpy import AccessFS, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
    write = (
        read
        | AccessFS.WRITE_FILE
        | AccessFS.REMOVE_DIR
        | AccessFS.REMOVE_FILE
        | AccessFS.MAKE_DIR
        | AccessFS.MAKE_REG
        | AccessFS.TRUNCATE
    )
    file_only = AccessFS.READ_FILE | AccessFS.EXECUTE
    with Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL) as ruleset:
        for path, is_folder in readable:
            ruleset.allow_path(path, read if is_folder else file_only)
        ruleset.allow_path("/dev/null", AccessFS.READ_FILE | AccessFS.WRITE_FILE)
        ruleset.allow_path(scratch, write)
        ruleset.restrict()


def _restrict_calls() -> None:
    import errno

    import pyseccomp as seccomp

    rules: Any = seccomp.SyscallFilter(seccomp.ALLOW)
    denied = seccomp.ERRNO(errno.EPERM)
    for name in _DENIED.split():
        with contextlib.suppress(OSError, RuntimeError):  # not every architecture has every call
            rules.add_rule(denied, name)
    me = os.getpid()
    for name in ("kill", "tgkill"):
        rules.add_rule(denied, name, seccomp.Arg(0, seccomp.NE, me))
    rules.add_rule(denied, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    rules.add_rule(
        seccomp.ERRNO(errno.ENOSYS), "clone3"
    )  # the C library then falls back to clone, which can be judged
    rules.add_rule(denied, "prlimit64", seccomp.Arg(2, seccomp.NE, 0))
    rules.load()
