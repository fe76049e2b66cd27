"""Runs the commands of README and guide: every shell block marked `<!-- ci -->`, in order.

`python tests/readme.py tests` runs those with pytest alone, `python tests/readme.py commands` the
others, so that they can run side by side.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- ci -->\s*```bash\n(.*?)```", re.DOTALL)


def main() -> int:
    """Run the blocks in a home of their own; stops at the first that fails."""
    files = [ROOT / "README.md", *sorted((ROOT / "assets" / "guide").glob("*.md"))]
    found = [block for file in files for block in BLOCK.findall(file.read_text())]
    if part := sys.argv[1:]:
        found = [block for block in found if ("pytest" in block) == (part == ["tests"])]
    if not found:
        print("README and guide have no block marked for CI.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as home:
        for block in found:
            print(block, flush=True)
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block],
                cwd=ROOT,
                env={**os.environ, "RERANKER_UI_HOME": home},
            )
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
