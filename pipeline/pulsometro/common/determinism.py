"""The same arithmetic on every processor: what must be said before NumPy is imported.

NumPy and OpenBLAS choose among kernels by what the processor offers, and those kernels differ in the
last digit of a logarithm or a sum; rounding to ten digits makes such a difference rare, not
impossible, and one digit in one of thirty thousand rows changes a file's fingerprint. The narrowest
kernels in common use are asked for everywhere: AVX2, which every x86-64 server has had since 2015.
"""

import os
from pathlib import Path

WIDER = ("X86_V4", "AVX512_ICL", "AVX512_SPR")


def has_common_kernels() -> bool:
    """Whether this processor has the kernels asked for, as far as the system tells."""
    processor = Path("/proc/cpuinfo")
    return processor.is_file() and " avx2" in processor.read_text(encoding="utf-8", errors="replace")


def agree() -> None:
    """Ask NumPy and OpenBLAS, not imported yet, for the kernels that every machine has.

    A user's own choice in the environment stands. Processes started from this one inherit it.
    """
    if not has_common_kernels():
        return
    os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", " ".join(WIDER))
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
