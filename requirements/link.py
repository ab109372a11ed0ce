"""Make `debrief` importable and runnable in the virtual environment, without a build step or the network."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = (
    f"#!{sys.executable}\nimport sys\n\nfrom debrief.cli.main import main\n\n"
    "if __name__ == '__main__':  # other processes of a command import this\n    sys.exit(main())\n"
)


def main() -> None:
    """Write a .pth file that points to functions/ and standin/, and the console script beside the interpreter."""
    paths = sysconfig.get_paths()
    (Path(paths["purelib"]) / "debrief.pth").write_text(f"{ROOT / 'functions'}\n{ROOT / 'standin'}\n")
    script = Path(paths["scripts"]) / "debrief"
    script.write_text(SCRIPT)
    script.chmod(0o755)


main()
