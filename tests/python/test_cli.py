"""python -m iron_cage scan."""
import json
import subprocess
import sys

import pytest

from iron_cage import _cli, _cli_scan


def run(*arguments, stdin=b""):
    done = subprocess.run([sys.executable, "-m", "iron_cage", "scan", *map(str, arguments)], input=stdin, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def leak(tmp_path):
    file = tmp_path / "leak.txt"
    file.write_text("nothing here\nZoë: bob.jones@example.com\n", encoding="utf-8")
    return file


def test_findings_are_told_by_line_and_column_and_never_by_value(leak):
    status, out, err = run(leak)
    assert (status, err) == (1, "")
    assert out == f"{leak}:2:6: EMAIL_ADDRESS ***.*****@******e.com (score 0.95)\n"


def test_json_and_standard_input(leak):
    status, out, _ = run("--json", leak, "-", stdin=b"card 4111111111111111\n")
    assert status == 1
    first, second = json.loads(out)
    assert (first["file"], first["line"], first["column"], first["end_line"], first["end_column"]) == (str(leak), 2, 6, 2, 27)
    assert (second["file"], second["kind"], second["masked"]) == ("-", "CREDIT_CARD", "************1111")


def test_nothing_found_is_0_and_wrong_usage_is_2(tmp_path, leak):
    clean = tmp_path / "clean.txt"
    clean.write_text("nothing\n")
    assert run(clean) == (0, "", "")
    assert run("--kinds", "secret", leak)[0] == 0
    assert run("--kinds=-EMAIL_ADDRESS", leak)[0] == 0
    assert run("--kinds", "NONE_SUCH", clean)[0] == 2
    assert run("--min-score", "2", clean)[0] == 2
    assert run()[0] == 2
    assert run(tmp_path / "missing")[0] == 2
    assert run(tmp_path, leak)[0] == 2
    assert subprocess.run([sys.executable, "-m", "iron_cage"], capture_output=True).returncode == 2


def test_binary_files_are_left_out_and_marked_encodings_are_read(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"\x00\x01bob@example.com")
    (tmp_path / "b.txt").write_text("bob@example.com", encoding="utf-16")
    (tmp_path / "c.txt").write_bytes(b"\xff\xfa bob@example.com")
    assert run(tmp_path / "a.bin")[0] == 0
    assert run(tmp_path / "b.txt")[0] == 1
    assert run(tmp_path / "c.txt")[1].startswith(f"{tmp_path / 'c.txt'}:1:4:")


@pytest.mark.parametrize("value, shown", [
    ("123-45-6789", "***-**-6789"), ("12345678", "********"), ("a\nb", "***"), ("é@example.org", "*@******e.org"), ("x" * 100, "*" * 18 + "..." + "*" * 14 + "xxxx"),
])
def test_masked_values_keep_at_most_four(value, shown):
    assert _cli_scan.masked(value) == shown


def test_a_file_beyond_the_limits_is_named_and_the_others_are_scanned(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_cli_scan, "_MOST_BYTES", 20)
    long, short = tmp_path / "long.txt", tmp_path / "short.txt"
    long.write_text("bob@example.com and more")
    short.write_text("bob@example.com")
    assert _cli.main(["scan", str(long), str(short)]) == 2
    told = capsys.readouterr()
    assert f"{long}: max_text_bytes: the text has 24 bytes" in told.err and f"{short}:1:1: EMAIL_ADDRESS" in told.out
