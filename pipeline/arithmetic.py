"""The same arithmetic on every processor: what must be said before NumPy is imported.

NumPy and OpenBLAS choose among kernels by what the processor offers, and those kernels differ in the
last digit of a logarithm or a sum; rounding to ten digits makes such a difference rare, not
impossible, and one digit in one of thirty thousand rows changes a file's fingerprint. The narrowest
kernels in common use are asked for everywhere: AVX2, which every x86-64 server has had since 2015.
"""

import os
from pathlib import Path

WIDER = ("X86_V4", "AVX512_ICL", "AVX512_SPR")


def agree() -> None:
    """Ask NumPy and OpenBLAS, not imported yet, for the kernels that every machine has.

    A user's own choice in the environment stands. Processes started from this one inherit it.
    """
    processor = Path("/proc/cpuinfo")
    if not processor.is_file() or " avx2" not in processor.read_text(encoding="utf-8", errors="replace"):
        return
    os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", " ".join(WIDER))
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
