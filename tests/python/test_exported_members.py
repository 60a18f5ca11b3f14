"""The public names of the package; a name appears when it works, not before."""
import subprocess
import sys

import pytest

import iron_cage

MEMBERS = [
    "AgentState", "AgentStopped", "Approval", "Bill", "BillItem", "Budget", "BudgetConfig", "BudgetExceeded", "CallDenied", "CircuitOpen", "ClientCoverage", "ConfigError", "ControlConfig", "Coverage", "Fallback", "Hold", "IronCageError",
    "JsonFinding", "LimitReached", "NativeError", "NotProtected", "PiiBlocked", "PiiFinding", "Price", "Protection", "ReliabilityConfig", "Report", "SafetyConfig", "ScanStream", "Scanner",
    "SdkCoverage", "Spend", "StateError", "StreamPart", "TelemetryConfig", "ToolDenied", "UnpricedModel", "__version__", "agent_states", "count_tokens", "coverage", "current", "price", "price_response", "protect_agent", "redact", "redact_json", "restore", "scan", "scan_json", "spend",
]


def test_all_is_what_is_pinned_here():
    assert sorted(iron_cage.__all__) == sorted(MEMBERS)


@pytest.mark.parametrize("name", MEMBERS)
def test_member_exists_and_star_import_finds_it(name):
    assert getattr(iron_cage, name) is not None
    assert name in dir(iron_cage)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="events"):
        iron_cage.events  # comes when it works


@pytest.mark.parametrize("module", ["asyncio", "dataclasses", "inspect", "logging", "decimal", "httpx", "urllib3", "typing"])
def test_import_brings_no_heavy_module(module):
    code = f"import sys; before = {module!r} in sys.modules; import iron_cage; sys.exit({module!r} in sys.modules and not before)"
    assert subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"]).returncode == 0


def test_import_does_not_load_the_library():
    code = "import iron_cage; from iron_cage import _native; import sys; sys.exit(_native._lib is not None)"
    assert subprocess.run([sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"]).returncode == 0


def test_a_library_of_another_header_is_refused(tmp_path):
    source = tmp_path / "other.c"
    source.write_text('const char *ironcage_abi_fingerprint(void) { return "%s"; }' % ("0" * 64))
    library = tmp_path / "libother.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    code = f"import sys; sys.path[:] = {sys.path!r}\nimport iron_cage\niron_cage.redact('x')"
    ran = subprocess.run([sys.executable, "-c", code], env={"IRON_CAGE_LIBRARY": str(library)}, capture_output=True, text=True)
    assert "NativeError: library and bindings do not belong together" in ran.stderr
    assert "0" * 64 in ran.stderr
    from iron_cage import _abi

    assert _abi.HEADER_SHA256 in ran.stderr


def test_errors_form_the_documented_tree():
    from iron_cage import errors

    for name in ("BudgetExceeded", "UnpricedModel", "PiiBlocked", "CircuitOpen", "LimitReached", "ToolDenied", "AgentStopped"):
        assert issubclass(getattr(errors, name), errors.CallDenied)
        assert name in (errors.__doc__ or "")
    for name in ("CallDenied", "ConfigError", "StateError", "NativeError"):
        assert issubclass(getattr(errors, name), errors.IronCageError)
    assert issubclass(errors.ConfigError, ValueError)
