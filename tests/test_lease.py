import os
import shutil
import signal
import subprocess
import sys

from odoo.addons.pos_payment_stripe import lease
from odoo.tests import BaseCase, tagged

# Another process: it tells its lease's name, and then of the names that it is given.
TELL = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("lease", sys.argv[1])
lease = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lease)
if sys.argv[2:]:
    lease.socket.gethostname = lambda: sys.argv[2]
print(lease.new(), flush=True)
for line in sys.stdin:
    print(lease.is_gone(line.strip()), flush=True)
"""
UNSHARE = ("unshare", "--user", "--map-root-user", "--pid", "--fork")
OWN_NAMESPACE = (*UNSHARE, "--mount-proc")


def can_unshare():
    """Tell whether this machine lets its users make namespaces."""
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*OWN_NAMESPACE, "true"], capture_output=True).returncode == 0


class Other:
    """Another process that takes leases, maybe in a container of its own."""

    def __init__(self, case, *container, host=None):
        arguments = [lease.__file__, *([host] if host else [])]
        self.process = subprocess.Popen(
            [*container, sys.executable, "-c", TELL, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        case.addCleanup(self.process.communicate)
        case.addCleanup(self.process.kill)
        self.name = self.process.stdout.readline().strip()

    def is_gone(self, name):
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip() == "True"

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)


@tagged("post_install", "-at_install")
class TestLease(BaseCase):
    """Whose process cannot be seen from here is never taken for dead."""

    def changed(self, name, **parts):
        """Return the name of a lease as another process would have it."""
        *named, token = name.split(":")
        return ":".join([*lease.Process(*named)._replace(**parts), token])

    def test_a_living_process_has_its_lease(self):
        other = Other(self)
        self.assertFalse(lease.is_gone(other.name))
        self.assertFalse(other.is_gone(lease.new()))
        self.assertFalse(lease.is_gone(lease.new()))

    def test_a_killed_process_is_gone(self):
        other = Other(self)
        other.kill()
        os.waitid(os.P_PID, other.process.pid, os.WEXITED | os.WNOWAIT)
        self.assertTrue(lease.is_gone(other.name), "nobody has waited for it yet")
        other.process.wait()
        self.assertTrue(lease.is_gone(other.name))

    def test_a_number_that_was_given_again_is_another_process(self):
        other = Other(self)
        self.assertTrue(lease.is_gone(self.changed(other.name, started="1")))
        self.assertTrue(lease.is_gone(self.changed(lease.new(), started="1")))

    def test_a_forked_process_is_another_one(self):
        mine = lease.new()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.write(writing, lease.new().encode())
            os._exit(0)
        os.waitpid(child, 0)
        name = os.read(reading, 1000).decode()
        self.assertEqual(name.split(":")[3], str(child))
        self.assertNotEqual(name.split(":")[3:], mine.split(":")[3:])
        self.assertTrue(lease.is_gone(name))

    def test_numbers_of_another_place_say_nothing(self):
        other = Other(self)
        other.kill()
        other.process.wait()
        self.assertTrue(lease.is_gone(other.name))
        for part in ("host", "boot", "namespace"):
            for name in (other.name, lease.new()):
                with self.subTest(part):
                    self.assertFalse(lease.is_gone(self.changed(name, **{part: "other"})))

    def test_another_host_with_the_same_process(self):
        other = Other(self, host="elsewhere")
        self.assertTrue(other.name.startswith("elsewhere:"))
        other.kill()
        other.process.wait()
        self.assertFalse(lease.is_gone(other.name))

    def test_leases_of_an_older_version_run_out(self):
        self.assertFalse(lease.is_gone("host:1:0.0"))


if can_unshare():
    # Elsewhere the parts of their names say the same.

    @tagged("post_install", "-at_install")
    class TestLeaseInContainers(BaseCase):
        """Two servers from one image."""

        def test_containers_with_one_host_name(self):
            one, two = Other(self, *OWN_NAMESPACE), Other(self, *OWN_NAMESPACE)
            parts = [lease.Process(*name.split(":")[:-1]) for name in (one.name, two.name)]
            self.assertEqual(parts[0].host, parts[1].host)
            self.assertEqual(parts[0].pid, parts[1].pid)
            self.assertNotEqual(parts[0].namespace, parts[1].namespace)
            for asked, about in ((one, two), (two, one), (lease, one), (one, self)):
                name = about.name if isinstance(about, Other) else lease.new()
                self.assertFalse(asked.is_gone(name))

        def test_a_container_that_sees_the_processes_of_another(self):
            one, two = Other(self, *UNSHARE), Other(self, *UNSHARE)
            self.assertFalse(one.is_gone(two.name))
            self.assertFalse(lease.is_gone(one.name))
            self.assertFalse(one.is_gone(one.name))
