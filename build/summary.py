"""Prints "PASSED FAILED" of test result files: summary.py trx|junit FILE... With "failures": which tests of TRX files failed, and why."""

import sys
import xml.etree.ElementTree as ET


def trx(path: str) -> "tuple[int, int]":
    counters = ET.parse(path).getroot().find(".//{*}Counters")
    assert counters is not None
    return int(counters.get("passed", 0)), int(counters.get("failed", 0)) + int(counters.get("error", 0))


def junit(path: str) -> "tuple[int, int]":
    passed = failed = 0
    for suite in ET.parse(path).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        failed += bad
        passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
    return passed, failed


def failures(path: str) -> None:
    """One block a failed test: its name, its message and the nearest lines of its stack."""
    for result in ET.parse(path).getroot().iterfind(".//{*}UnitTestResult[@outcome='Failed']"):
        print("    FAILED", result.get("testName"))
        for part, lines in (("Message", 12), ("StackTrace", 4)):
            for line in (result.findtext(f".//{{*}}{part}") or "").strip().splitlines()[:lines]:
                print("          ", line.strip())


if sys.argv[1] == "failures":
    for path in sys.argv[2:]:
        failures(path)
    sys.exit(0)

read = {"trx": trx, "junit": junit}[sys.argv[1]]
figures = [read(path) for path in sys.argv[2:]]
print(sum(p for p, _ in figures), sum(f for _, f in figures) if figures else 1)
