"""Runs the integration tests of hvac for what the key service has, and judges what came of them.

Those that fail have to stand in the list of exceptions with a reason, and what stands there has to fail. Those that need an engine
that is not part of the service are counted apart.
"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as tree

TESTS = [
    "v1/test_approle.py",
    "v1/test_integration.py",
    "v1/test_system_backend.py",
    "api/auth_methods/test_approle.py",
    "api/auth_methods/test_token.py",
    "api/secrets_engines/test_kv_v1.py",
    "api/secrets_engines/test_kv_v2.py",
    "api/secrets_engines/test_transit.py",
    "api/system_backend/test_audit.py",
    "api/system_backend/test_auth.py",
    "api/system_backend/test_health.py",
    "api/system_backend/test_init.py",
    "api/system_backend/test_key.py",
    "api/system_backend/test_leader.py",
    "api/system_backend/test_lease.py",
    "api/system_backend/test_mount.py",
    "api/system_backend/test_policies.py",
    "api/system_backend/test_policy.py",
    "api/system_backend/test_seal.py",
    "api/system_backend/test_wrapping.py",
]
LEAST = 0.95


def outcomes(report):
    """The tests by name, with what came of each."""
    found = {}
    for case in tree.parse(report).getroot().iter("testcase"):
        name = case.get("classname").removeprefix("tests.integration_tests.") + "." + case.get("name")
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            found[name] = "failed"
        elif "skipped" in kinds:
            found[name] = "skipped"
        else:
            found[name] = "passed"
    return found


def main():
    home, exceptions = sys.argv[1:]
    with open(exceptions) as file:
        exceptions = json.load(file)
    outside, known = exceptions["outside"], exceptions["exceptions"]
    os.makedirs(os.path.join(home, "tests/config_files/generated"), exist_ok=True)
    report = os.path.abspath("hvac.xml")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "ignore", "-o", "addopts=", "-p", "no:cacheprovider", "--junitxml", report]
        + [os.path.join("tests/integration_tests", name) for name in TESTS],
        cwd=home,
        # The program that stands in for the server is found beside this one.
        env=dict(os.environ, PATH=os.path.dirname(os.path.abspath(__file__)) + os.pathsep + os.environ["PATH"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    found = outcomes(report)
    failed = {name for name, outcome in found.items() if outcome == "failed"}
    skipped = {name for name, outcome in found.items() if outcome == "skipped"}
    judged = set(found) - skipped - set(outside)
    passed = {name for name in judged if found[name] == "passed"}
    unexpected = failed - set(known) - set(outside)
    mended = {name for name in known if found.get(name) != "failed"}
    share = len(passed) / max(len(judged), 1)
    print(f"hvac: {len(passed)} of {len(judged)} passed ({share:.1%}); {len(skipped)} skipped, {len(outside)} outside")
    if unexpected or mended or share < LEAST or not judged:
        print(ran.stdout[-20000:])
        for name in sorted(unexpected):
            print("failed:", name)
        for name in sorted(mended):
            print("no exception any more:", name)
        sys.exit(1)


main()
