"""Runs README's own commands: `python tests/readme.py setup|ci`.

`<!-- ci: setup -->` marks a block that sets up, `<!-- ci -->` one that must run afterwards.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- ci(?:: (\w+))? -->\s*```(?:bash|sh)\n(.*?)```", re.DOTALL)


def blocks(kind: str) -> list[str]:
    """The marked shell blocks of one kind, in order."""
    text = (ROOT / "README.md").read_text()
    return [block for name, block in BLOCK.findall(text) if (name or "ci") == kind]


def main(kind: str) -> int:
    """Run the blocks in a home of their own; stops at the first that fails."""
    found = blocks(kind)
    if not found:
        print(f"README has no block marked for {kind}", file=sys.stderr)
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
    sys.exit(main(sys.argv[1]))
