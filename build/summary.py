"""Prints "PASSED FAILED" of test result files: summary.py trx|junit FILE..."""

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


read = {"trx": trx, "junit": junit}[sys.argv[1]]
figures = [read(path) for path in sys.argv[2:]]
print(sum(p for p, _ in figures), sum(f for _, f in figures) if figures else 1)
