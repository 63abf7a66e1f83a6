"""The walls around student code, in layers. Each is tried, reported when it stands, and never claimed when
it does not.

process     a process of its own: own session, no inherited descriptors, clean environment,
            a scratch folder as the working directory
namespaces  no network, no loopback; a root folder with the interpreter and the packages, read-only; a scratch
            folder in memory, bounded as a whole; no message queues or shared memory of others
user        a user id that owns nothing and runs nothing else, when grading is started by root
rlimits     memory, processor time, file size, open files, processes and threads, core dumps
landlock    files: the interpreter and the installed packages can be read, the scratch folder written,
            nothing else; no TCP; no signals to anybody outside
seccomp     system calls: no sockets, no new processes, no programs, no tracing, no changes of owners or limits

Whatever stands, every capability is given up, and none can be had again.

Landlock comes from ``landlockpy``, seccomp from ``pyseccomp`` (libseccomp); both work without root. Namespaces
work without root where the machine allows user namespaces; ``namespaces.py`` has the details.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import struct
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course.catalog.model import Limits
from course.errors import CourseError
from course.worker.ending import FILES_DO_NOT_FIT
from course.worker.far import namespaces
from course.worker.memory import address_space

LAYERS = ("process", "namespaces", "user", "rlimits", "landlock", "seccomp")
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_MODE_FILTER = 2
_CLONE_THREAD = 0x10000
_OWN_NUMBER = (
    0x5EED1D00  # stands for the number of the process in the compiled filter; larger than any real one
)

_LIBRARY = ctypes.CDLL(None, use_errno=True)

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
    memfd_create memfd_secret seccomp
    sched_setaffinity sched_setscheduler sched_setparam sched_setattr
"""
"""``sched_…`` because a submission keeps to its processor and its turn; ``memfd_…`` because files in memory count
neither as address space nor as size of the scratch folder.
"""

# What prctl must not change: the signal at the end of the parent, which ends a submission when all graders are gone;
# who may trace or adopt; rights; the layout of memory; filters of one's own, which lie to the libraries.
_DENIED_OPTIONS = {
    "PR_SET_PDEATHSIG": 1,
    "PR_SET_KEEPCAPS": 8,
    "PR_SET_SECCOMP": 22,
    "PR_CAPBSET_DROP": 24,
    "PR_SET_SECUREBITS": 28,
    "PR_SET_MM": 35,
    "PR_SET_CHILD_SUBREAPER": 36,
    "PR_CAP_AMBIENT": 47,
    "PR_SET_PTRACER": 0x59616D61,
}


@dataclass(frozen=True)
class Capabilities:
    """Which layers this machine can put up, and those of them that are wanted; what can be made ready for them."""

    layers: tuple[str, ...]
    readable: tuple[tuple[str, bool], ...]  # what student code may read, and whether it is a folder
    tasks: int  # processes and threads of this user when the machine was probed
    memory: int | None = None  # bytes of address space of the warm process
    ruleset: Any = None  # of Landlock, with every rule but that of a scratch folder outside the namespaces
    program: bytes = b""  # of seccomp, with a placeholder for the number of the process

    @property
    def kept(self) -> int | None:
        """The descriptor that a forked process must keep until it is inside its walls."""
        return None if self.ruleset is None else int(self.ruleset.fileno())


def probe(off: Sequence[str] = ()) -> Capabilities:
    """Try what is there; import everything the forked process will need. Raises CourseError when what submissions
    import could not be read.
    """
    readable = tuple((str(path), path.is_dir()) for path in readable_paths())
    standing: list[str] = []
    possible = {
        "process": lambda: True,
        "namespaces": lambda: namespaces.possible(readable),
        "user": lambda: (
            namespaces.users_possible(readable, inside=True)
            if "namespaces" in standing  # where the scratch folder is made inside; else it must be reached
            else namespaces.users_possible((*readable, (tempfile.gettempdir(), True)), inside=False)
        ),
        "rlimits": lambda: True,
        "landlock": _landlock_possible,
        "seccomp": _seccomp_possible,
    }
    for name in LAYERS:
        if name not in off and possible[name]():
            standing.append(name)
    alone = sys.platform == "linux" and os.getuid() == 0 and "user" not in standing
    if alone and not namespaces.readable_to(None, readable, "namespaces" in standing):
        raise CourseError(
            "Submissions run without the rights of root, and could not read the Python packages then: "
            "give everybody the right to read them, or install the course as root."
        )
    return Capabilities(tuple(standing), readable, _tasks_of_user())


def _landlock_possible() -> bool:
    with contextlib.suppress(Exception):
        import landlockpy

        return sys.platform == "linux" and bool(landlockpy.supported())
    return False


def _seccomp_possible() -> bool:
    with contextlib.suppress(Exception):
        import pyseccomp

        pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        return sys.platform == "linux"
    return False


def _tasks_of_user() -> int:
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                count += len(os.listdir(folder / "task"))
    return count


def readable_paths() -> list[Path]:
    """What student code may read besides its own folder: the interpreter, the packages, the course's data."""
    course = Path(__file__).resolve().parents[2]
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
    paths |= {course / name for name in ("__init__.py", "data", "errors.py", "plots.py", "progress.py")}
    return sorted(path for path in paths if path.exists())


def settle(capabilities: Capabilities) -> Capabilities:
    """What the warm process does once, after its imports: take the root folder away, make the walls ready."""
    memory = address_space()
    layers = capabilities.layers
    program = _filter_program() if "seccomp" in layers else b""
    if "namespaces" in layers:
        namespaces.build_root(capabilities.readable)
    ruleset = _ruleset(capabilities, "namespaces" in layers) if "landlock" in layers else None
    return replace(capabilities, memory=memory, ruleset=ruleset, program=program)


@dataclass(frozen=True)
class Cell:
    """What one forked process is for: the files it gets, and where they go when no namespace has room for them."""

    files: Mapping[str, bytes]  # by relative name, such as day03_linalg/regression.py
    folder: Path | None
    seconds: float
    user: int


def enter(cell: Cell, limits: Limits, capabilities: Capabilities) -> Path:
    """Put up every layer around the calling process, which has just been forked. The scratch folder with the
    files in it comes back; it is the working directory.
    """
    layers = capabilities.layers
    scratch = _make_scratch(cell, limits, layers)
    namespaces.drop_rights(cell.user if "user" in layers else None)
    die_with_parent()
    os.chdir(scratch)
    _lay_out(cell.files, scratch, bounded="namespaces" in layers)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
        os.environ[name] = str(scratch)
    if "rlimits" in layers:
        _set_limits(limits, cell.seconds, capabilities)
    if capabilities.ruleset is not None:
        _restrict_files(scratch, capabilities)
    if capabilities.program:
        _restrict_calls(capabilities.program)
    return scratch


def _lay_out(files: Mapping[str, bytes], scratch: Path, bounded: bool) -> None:
    """Write the files into the scratch folder. Where they are too much for a ``bounded`` one, or have names that no
    system takes, this process ends and says so: that is the submission's doing. A full disk is not.
    """
    try:
        for name, data in files.items():
            file = scratch / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG or (bounded and error.errno == errno.ENOSPC):
            os._exit(FILES_DO_NOT_FIT)
        raise


def _make_scratch(cell: Cell, limits: Limits, layers: Sequence[str]) -> Path:
    user = cell.user if "user" in layers else os.getuid()
    if "namespaces" in layers:
        namespaces.mount_scratch(limits.scratch_mib, user)
        return Path(namespaces.SCRATCH)
    assert cell.folder is not None
    if "user" in layers:
        os.chown(cell.folder, user, user)
    return cell.folder


def die_with_parent() -> None:
    """End this process, which has just been forked, when its parent ends, however that happens."""
    if sys.platform == "linux":
        _LIBRARY.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def _set_limits(limits: Limits, seconds: float, capabilities: Capabilities) -> None:
    wanted = {
        "RLIMIT_CPU": int(seconds) + 1,
        "RLIMIT_FSIZE": limits.scratch_mib * 2**20,
        "RLIMIT_NOFILE": 128,
        "RLIMIT_CORE": 0,
    }
    # The system counts by user: with an id of its own a submission counts alone, else with the grader's programs.
    if "user" in capabilities.layers:
        wanted["RLIMIT_NPROC"] = limits.processes
    elif "seccomp" not in capabilities.layers:
        wanted["RLIMIT_NPROC"] = capabilities.tasks + limits.processes
    if capabilities.memory is not None:
        wanted["RLIMIT_AS"] = capabilities.memory + limits.memory_mib * 2**20
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))


def _ruleset(capabilities: Capabilities, inside: bool) -> Any:
    """Reading for the interpreter and the packages, writing below the place where every submission, seeing a
    mount of its own there, finds its scratch folder.
    """
    from landlockpy import AccessFS, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
    file_only = AccessFS.READ_FILE | AccessFS.EXECUTE
    ruleset = Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL)
    for path, is_folder in capabilities.readable:
        ruleset.allow_path(path, read if is_folder else file_only)
    ruleset.allow_path("/dev/null", AccessFS.READ_FILE | AccessFS.WRITE_FILE)
    if inside:
        ruleset.allow_path(Path(namespaces.SCRATCH).parent, _writing())
    return ruleset


def _writing() -> Any:
    from landlockpy import AccessFS

    read = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
    write = AccessFS.WRITE_FILE | AccessFS.REMOVE_DIR | AccessFS.REMOVE_FILE
    return read | write | AccessFS.MAKE_DIR | AccessFS.MAKE_REG | AccessFS.TRUNCATE


def _restrict_files(scratch: Path, capabilities: Capabilities) -> None:
    if "namespaces" in capabilities.layers:
        capabilities.ruleset.restrict()
        return
    # A rule added to the shared set would open this folder to the next submission: a set of one's own, then.
    with _ruleset(capabilities, inside=False) as ruleset:
        ruleset.allow_path(scratch, _writing())
        ruleset.restrict()


def _filter_program() -> bytes:
    """The filter as a program for the kernel, compiled once; it names the process that may signal itself."""
    import errno

    import pyseccomp as seccomp

    rules: Any = seccomp.SyscallFilter(seccomp.ALLOW)
    denied = seccomp.ERRNO(errno.EPERM)
    for name in _DENIED.split():
        with contextlib.suppress(OSError, RuntimeError):  # not every architecture has every call
            rules.add_rule(denied, name)
    for name in ("kill", "tgkill"):
        rules.add_rule(denied, name, seccomp.Arg(0, seccomp.NE, _OWN_NUMBER))
    rules.add_rule(denied, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    rules.add_rule(
        seccomp.ERRNO(errno.ENOSYS), "clone3"
    )  # the C library then falls back to clone, which can be judged
    rules.add_rule(denied, "prlimit64", seccomp.Arg(2, seccomp.NE, 0))
    for option in _DENIED_OPTIONS.values():  # the kernel looks at the lower half only, and so must we
        rules.add_rule(denied, "prctl", seccomp.Arg(0, seccomp.MASKED_EQ, 0xFFFFFFFF, option))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        program = file.read()
    if program.count(struct.pack("=I", _OWN_NUMBER)) == 0:
        raise RuntimeError("the compiled filter does not hold the number of the process")
    return program


def _restrict_calls(program: bytes) -> None:
    program = program.replace(struct.pack("=I", _OWN_NUMBER), struct.pack("=I", os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))  # struct sock_fprog
    if (
        _LIBRARY.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        or _LIBRARY.prctl(_PR_SET_SECCOMP, _MODE_FILTER, head, 0, 0) != 0
    ):
        raise OSError(ctypes.get_errno(), "the filter of system calls cannot be put up")
