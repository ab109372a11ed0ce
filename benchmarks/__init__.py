"""What is measured, not asserted: see docs/performance.md. Some benchmarks stand on what the tests stand on."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
