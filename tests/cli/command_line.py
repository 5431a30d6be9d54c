"""A command line of zonekg, in this process or in one of its own."""

import subprocess
import sys

from typer.testing import CliRunner

from zonekg.cli import app

ENTRY = [sys.executable, "-c", "from zonekg.cli import main; main()"]


def call(*args):
    """A command line in this process."""
    return CliRunner().invoke(app, [str(arg) for arg in args])


def zonekg(*args, **options):
    """A command line in a process of its own."""
    command = [*ENTRY, *map(str, args)]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", **options)
