"""The program runs as nobody, with no right to write but to its folder, where there is no shell (SUP-4)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.commands import PATIENCE_SECONDS
from tracker.paths import PACKAGE

NOBODY = "65534"
PLACES = "/ /tmp /var/tmp /dev/shm"
CONFINE = f"""
mount --bind "$1" /mnt; shift
for place in {PLACES}; do ! mountpoint --quiet $place || mount --options remount,bind,ro $place; done
for shell in $(grep ^/usr/bin/ /etc/shells); do mount --bind /dev/null $shell; done
cd /mnt
exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups --no-new-privs --bounding-set=-all -- "$@"
"""
"""What a container does: a root that is read only, one folder to write to, nobody's rights, no shell."""

TRY = f"""
import os, subprocess
def refused(deed):
    try:
        deed()
    except OSError:
        return True
assert os.getuid() == {NOBODY}
assert all(refused(lambda: open(f"{{place}}/x", "w")) for place in "{PLACES}".split())
assert refused(lambda: subprocess.run("true", shell=True))
open("x", "w").close()
"""


def confined(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A process of Python that may only do what is said above."""
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE.parent), "TRACKER_LANGUAGE": "en"}
    return subprocess.Popen(
        ["unshare", "--mount", "sh", "-euc", CONFINE, "sh", str(folder), sys.executable, *words],
        env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of nobody's own. In CI it is a failure not to be able to confine, elsewhere a visible skip."""
    if os.geteuid() or not all(map(shutil.which, ("unshare", "setpriv"))):
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("only root can confine a process, with unshare and setpriv")
        pytest.skip("only root can confine a process, with unshare and setpriv")
    os.chown(tmp_path, int(NOBODY), int(NOBODY))
    return tmp_path


def test_it_starts_and_is_ready_as_nobody_on_a_root_that_is_read_only_and_without_a_shell(
    folder: Path,
) -> None:
    for words in (("-c", TRY), ("-m", "tracker", "migrate")):
        done = confined(folder, *words)
        assert (*done.communicate(timeout=PATIENCE_SECONDS), done.returncode)[1:] == ("", 0)
    with confined(folder, "-m", "tracker", "serve", "--port", "0") as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        with closing(HTTPConnection("127.0.0.1", int(re.findall(r":(\d+)", said)[0]), timeout=30)) as asker:
            asker.request("GET", "/readyz")
            answer = asker.getresponse()
            told = answer.read().decode()
        server.terminate()
    assert answer.status == 200, told
    assert server.returncode == 0
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith("tracker.db")) == ["x"]
