"""Helpers of the tests: servers, datasets, stand-ins and the lists that tests check."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IN_CI = bool(os.environ.get("CI"))
