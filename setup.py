"""The dynamic half of pyproject.toml: version and platform from wheels.props, the native library beside the modules."""
import os
import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).resolve().parent / "python"))
import ironcage_build  # noqa: E402
import ironcage_wheel  # noqa: E402

ROW = ironcage_build.platform_of(os.environ.get("IRONCAGE_BUILD_RID") or ironcage_build.own_rid())


class BuildWithLibrary(build_py):
    """Adds the library of one platform, the header it was built from and the bindings generated from that header."""

    def run(self):
        ironcage_build.write_bindings()
        super().run()
        default = ironcage_build.PACKAGE / "_native" / ROW.library
        library = Path(os.environ.get("IRONCAGE_BUILD_LIBRARY") or default)
        if not library.is_file():
            raise SystemExit(f"no native library at {library}: build it first (./build/wheel), or set IRONCAGE_BUILD_LIBRARY")
        ironcage_build.fingerprint(library, ROW)
        target = Path(self.build_lib) / "iron_cage" / "_native"
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library, target / ROW.library)
        shutil.copyfile(ironcage_build.HEADER, target / "ironcage.h")


setup(
    version=ironcage_build.version(),
    distclass=ironcage_wheel.NativeDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": ironcage_wheel.platform_wheel(ROW.tag)},
)
