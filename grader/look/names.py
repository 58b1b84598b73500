"""Names: a word of a source, or an import of a built program -> the rule that it belongs to. A row a group of names.

`anywhere`: the word itself tells. `called`: an ordinary word too ("open", "time"), so that only a call of it counts. `std`: after std::.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

How = Literal["anywhere", "called", "std"]


class Name(NamedTuple):
    rule: str
    how: How


_ROWS: tuple[tuple[str, How, str], ...] = (
    (
        "files",
        "anywhere",
        "fopen fopen64 freopen freopen64 fdopen opendir fdopendir readdir readdir64 scandir nftw ftw glob64 mkstemp mkstemp64 "
        "tmpfile tmpnam openat open64 openat64 sendfile inotify_init inotify_init1 inotify_add_watch readlink readlinkat getcwd "
        "symlink linkat unlinkat renameat ifstream ofstream basic_ifstream basic_ofstream basic_fstream basic_filebuf fstatat "
        "open_by_handle_at name_to_handle_at",
    ),
    (
        "files",
        "called",
        "open creat unlink rename truncate ftruncate stat lstat fstat access mkdir rmdir chmod chown chdir realpath mkfifo mknod",
    ),
    ("files", "std", "fstream filebuf filesystem remove"),
    (
        "processes",
        "anywhere",
        "vfork execl execle execlp execv execve execvp execvpe fexecve posix_spawn posix_spawnp popen waitpid wait3 wait4 "
        "waitid ptrace prctl setsid setpgid daemon getppid tgkill killpg sigqueue pidfd_open pidfd_getfd process_vm_readv "
        "process_vm_writev unshare setns cudaIpcGetMemHandle cudaIpcOpenMemHandle cudaIpcGetEventHandle cudaIpcOpenEventHandle "
        "shmget shmat semget msgget shm_open mq_open",
    ),
    ("processes", "called", "fork clone system kill raise"),
    (
        "descriptors",
        "anywhere",
        "dup2 dup3 fcntl fcntl64 ioctl pipe2 eventfd epoll_create epoll_create1 epoll_ctl epoll_wait readv writev preadv "
        "pwritev pread64 pwrite64 splice vmsplice tee64 dprintf vdprintf close_range closefrom fileno lseek lseek64",
    ),
    ("descriptors", "called", "read write dup pipe pread pwrite poll select splice tee close"),
    (
        "sockets",
        "anywhere",
        "socketpair getpeername getsockname getsockopt setsockopt recvmsg sendmsg recvmmsg sendmmsg recvfrom sendto sockaddr_un "
        "sockaddr_in getaddrinfo gethostbyname inet_pton",
    ),
    ("sockets", "called", "socket connect bind listen accept accept4 send recv shutdown"),
    ("system-call", "called", "syscall"),
    ("environment", "anywhere", "getenv secure_getenv setenv unsetenv putenv clearenv environ __environ program_invocation_name getauxval"),
    ("early-exit", "anywhere", "_exit _Exit quick_exit at_quick_exit on_exit atexit pthread_exit"),
    (
        "signals",
        "anywhere",
        "sigaction sigaltstack sigprocmask pthread_sigmask sigsetjmp siglongjmp setitimer timer_create timer_settime "
        "timerfd_create ualarm signalfd setjmp _setjmp __sigsetjmp longjmp __longjmp_chk",
    ),
    ("signals", "called", "signal alarm bsd_signal"),
    ("threads", "anywhere", "pthread_create thrd_create pthread_atfork cudaLaunchHostFunc cudaStreamAddCallback"),
    ("threads", "std", "thread jthread async"),
    (
        "clock",
        "anywhere",
        "clock_gettime clock_getres gettimeofday ftime timespec_get clock_nanosleep usleep nanosleep __nanosleep clock64 "
        "globaltimer __globaltimer steady_clock system_clock high_resolution_clock sleep_for sleep_until __rdtsc __rdtscp "
        "_rdtsc __builtin_ia32_rdtsc __builtin_ia32_rdtscp",
    ),
    ("clock", "called", "clock time sleep times pause"),
    (
        "loader",
        "anywhere",
        "dlopen dlmopen dlsym dlvsym dladdr dladdr1 dlinfo dl_iterate_phdr link_map _r_debug _DYNAMIC _GLOBAL_OFFSET_TABLE_ "
        "RTLD_DEFAULT RTLD_NEXT cudaGetDriverEntryPoint cudaGetDriverEntryPointByVersion cuGetProcAddress cudaGetExportTable "
        "cuGetExportTable __libc_dlopen_mode __libc_dlsym __tls_get_offset backtrace",
    ),
    (
        "memory-map",
        "anywhere",
        "mmap mmap64 munmap mremap mprotect pkey_mprotect memfd_create madvise userfaultfd remap_file_pages "
        "cuMemGetAddressRange cuMemMap cuMemCreate",
    ),
    (
        "cache-policy",
        "anywhere",
        "accessPolicyWindow cudaLimitPersistingL2CacheSize cudaCtxResetPersistingL2Cache cudaAccessPropertyPersisting",
    ),
    (
        "device-identity",
        "anywhere",
        "cuDeviceGetName cudaDeviceGetPCIBusId cudaDeviceGetByPCIBusId cuDeviceGetUuid pciBusID pciDeviceID pciDomainID luid",
    ),
    (
        "runtime-code",
        "anywhere",
        "cuLinkCreate cuLinkAddData cudaLibraryLoadData cudaLibraryLoadFromFile cuLibraryLoadData cuLibraryLoadFromFile",
    ),
    ("library", "anywhere", "cblas_sgemm cblas_dgemm sgemm_ dgemm_ omp_get_max_threads"),
)
NAMES: dict[str, Name] = {word: Name(rule, how) for rule, how, words in _ROWS for word in words.split()}
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (  # `cub` begins many a word of a student's ("cube"): only these are the library's
        "library",
        re.compile(r"(?:cublas|cufft|cusparse|cusolver|cudnn|cutensor|nccl|npp[cist]|cutlass|thrust|MKL_|openblas)\w*|cub(?:_\w*)?|Eigen"),
    ),
    ("runtime-code", re.compile(r"(?:nvrtc|nvJitLink|cuModuleLoad)\w+")),
    ("grader", re.compile(r"\w*warpgrade\w*|GRADER_\w+", re.I)),
    ("system-call", re.compile(r"__NR_\w+|SYS_\w+")),
)
# Mangled imports of the C++ library, by what they begin with.
_MANGLED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "files",
        re.compile(
            r"_ZNS[at]\w*?(?:basic_[io]?fstream|basic_filebuf)|_ZNSt10filesystem|_ZNSt7__cxx1110filesystem|_ZT[VT]St\d+basic_[io]?f"
        ),
    ),
    ("threads", re.compile(r"_ZNSt6thread|_ZNSt13__future_base|_ZNSt7jthread")),
    ("clock", re.compile(r"_ZNSt6chrono|_ZNSt11this_thread")),
)
# What programs of students import without a second thought.
_ORDINARY_WORDS = frozenset(
    "__gmon_start__ __gxx_personality_v0 __dso_handle __stack_chk_fail __assert_fail __errno_location __tls_get_addr memcpy "
    "memmove memset memcmp memchr memrchr memmem mempcpy stdin stdout stderr puts fputs putc fputc putchar fwrite fread fgets "
    "fflush fclose setvbuf perror exit abort malloc calloc realloc free aligned_alloc posix_memalign qsort bsearch rand srand "
    "rand_r srand48 drand48 atoi atol atoll atof toupper tolower isatty sysconf getpagesize sched_getcpu sched_yield localeconv "
    "setlocale".split()
)
_ORDINARY = re.compile(
    r"_Z\w+|__?cuda\w+|cuda[A-Z]\w+|_ITM_\w+|__cxa_\w+|_Unwind_\w+|str\w+|wcs\w+|v?s?n?f?printf|v?s?f?scanf|__isoc\d\d_\w+|__\w+_chk"
    r"|__ctype_\w+|pthread_(?:mutex|cond|rwlock|once|self|key|join|detach|spin|getspecific|setspecific|attr)\w*"
    r"|(?:a?(?:sin|cos|tan)h?|atan2|exp[2m]?1?|log(?:10|1p|2|b)?|pow|sqrt|cbrt|hypot|fmod|remainder|floor|ceil|l?l?round|trunc|l?l?rint"
    r"|nearbyint|fabs|fmax|fmin|fma|fdim|ldexp|frexp|modf|nextafter|nan|erfc?|[lt]gamma|scalbl?n|copysign|ilogb|sincos)[fl]?"
)


def of_word(word: str) -> Name | None:
    """Of a word of a source."""
    if name := NAMES.get(word):
        return name
    rule = _by_pattern(word)
    return Name(rule, "anywhere") if rule else None


@lru_cache(maxsize=4096)
def _by_pattern(word: str) -> str:
    return next((rule for rule, pattern in _PATTERNS if pattern.fullmatch(word)), "")


def of_import(symbol: str) -> str:
    """Of an undefined symbol of a built program: a rule's code, "other-import", or "" for what is ordinary."""
    if name := of_word(symbol):
        return name.rule
    for rule, pattern in _MANGLED:
        if pattern.match(symbol):
            return rule
    return "" if symbol in _ORDINARY_WORDS or _ORDINARY.fullmatch(symbol) else "other-import"


_RUNTIME = re.compile(
    r"__?cuda\w+|warpgrade\w*|cu(?:Launch|Mem|Module|Init|Ctx|Func|Stream|Event)[A-Z]\w*"
    r"|cuda(?:Malloc|Memcpy|Memset|Free|Event|Stream|Launch|Func|Graph|Mem|Host|Pointer|Device|Get|Set|Peek)\w*"
)
_HELPER = re.compile(
    r"\w*(?:[cC]heck(?:ed)?|[sS]afe|[wW]rap(?:per)?|[hH]elper|[aA]ssert|[eE]rr(?:or)?s?|OrDie|OrThrow|Guard|Deleter|Timer)"
)
_C_LIBRARY = frozenset(
    "malloc calloc realloc free memcpy memmove memset memcmp printf fprintf vprintf puts putchar fwrite fflush exit abort __cxa_atexit "
    "__cxa_finalize __cxa_throw __assert_fail __libc_start_main _start main _init _fini".split()
)


def takes_the_place(name: str, *, macro: bool = False) -> bool:
    """Whether who defines this name takes the place of a function of the CUDA runtime, the C library or the grader."""
    if _RUNTIME.fullmatch(name):
        return name in ("cudaGetLastError", "cudaPeekAtLastError") or not _HELPER.fullmatch(name)
    return name in _C_LIBRARY or (not macro and name in NAMES and NAMES[name].rule not in ("cache-policy", "device-identity"))
