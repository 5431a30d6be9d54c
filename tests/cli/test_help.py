"""Help, the version, and the commands that the README names."""

import re
import shlex
import subprocess
import sys
import time

import pytest
import typer.main
from command_line import call, zonekg

from zonekg.cli import app

HEAVY = ("spacy", "thinc", "networkx", "matplotlib", "igraph")


def leaves(command, path=()):
    for name, child in command.commands.items():
        if hasattr(child, "commands"):
            yield from leaves(child, (*path, name))
        else:
            yield (*path, name), child


TOP = typer.main.get_command(app)
COMMANDS = dict(leaves(TOP))
NAMES = [" ".join(path) for path in COMMANDS]


def parsed(line):
    """Whether a shell line is a command of zonekg with options that it has; raises if not."""
    words = shlex.split(line, comments=True)
    assert words[0] == "zonekg", line
    command, rest = TOP, words[1:]
    while hasattr(command, "commands"):
        name, *rest = rest
        command = command.commands[name]
    with command.make_context(words[0], rest):
        pass


@pytest.mark.parametrize("path", COMMANDS, ids=NAMES)
def test_every_command_has_help_with_an_example_that_works(path):
    shown = call(*path, "--help")
    assert shown.exit_code == 0
    assert call(*path, "-h").output == shown.output
    (example,) = re.findall(r"Example: (.+)", COMMANDS[path].help)
    assert example.startswith(f"zonekg {' '.join(path)} ")
    assert "Example: zonekg" in shown.output
    parsed(example)


@pytest.mark.parametrize("path", COMMANDS, ids=NAMES)
def test_every_option_and_argument_says_what_it_is(path):
    params = [p for p in COMMANDS[path].params if "--help" not in p.opts]
    assert params
    assert [p.name for p in params if not p.help] == []


def test_the_list_of_commands():
    assert sorted(NAMES) == [
        "annotations agree", "annotations audit", "annotations check", "annotations convert",
        "annotations crossfit", "annotations doubts", "annotations mark", "articles", "average",
        "card", "compare", "curve", "drift", "encoder", "evaluate", "extract", "graph build",
        "graph check", "graph conflicts", "graph diff", "graph export", "graph neighbors",
        "graph path", "graph stats", "graph top", "pages", "remove", "run", "train",
    ]  # fmt: skip
    shown = call("--help").output
    assert [name for name in TOP.commands if name not in shown] == []
    assert "zonekg run seeds/ --out out/" in shown


@pytest.mark.parametrize(
    "args", [["--help"], ["run", "--help"], ["graph", "check", "-h"], ["nope"]]
)
def test_help_is_quick(args):
    code = (
        f"import sys; sys.argv = ['zonekg', *{args!r}]\n"
        "from zonekg.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*(m.split('.')[0] for m in sys.modules), file=sys.stderr)"
    )
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert time.monotonic() - begin < 5
    loaded = done.stderr.split()
    assert "zonekg" in loaded
    assert set(HEAVY).isdisjoint(loaded)


def test_the_version():
    done = zonekg("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"zonekg \d+\.\d+\.\d+\n", done.stdout)


def readme_lines(root):
    text = (root / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```(?:sh|bash|console|shell)\n(.*?)```", text, re.S):
        yield from (line.removeprefix("$ ") for line in block.splitlines())
    yield from re.findall(r"`((?:zonekg|make) [^`\n]+)`", text)


def test_the_commands_of_the_readme_exist(root):
    lines = [line for line in readme_lines(root) if line.startswith("zonekg ")]
    assert len(lines) >= 5
    for line in lines:
        if line.split()[1:] and len(line.split()) > 2:
            parsed(line)
        else:
            assert line.split()[1] in TOP.commands, line


def test_the_make_targets_of_the_readme_exist(root):
    told = {line.split()[1] for line in readme_lines(root) if line.startswith("make ")}
    targets = set(re.findall(r"^(\w+):", (root / "Makefile").read_text(), re.M))
    assert {"run", "test"} <= told <= targets
