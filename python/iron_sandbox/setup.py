# mypy: ignore-errors
"""The dynamic half of pyproject.toml: version and platform from wheels.props, the native library and the supervisor beside the modules."""
import os
import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import ironcage_build  # noqa: E402
import ironcage_wheel  # noqa: E402

ROW = ironcage_build.platform_of(os.environ.get("IRONCAGE_BUILD_RID") or ironcage_build.own_rid())


class BuildWithNative(build_py):
    """Adds the native half of one platform. This folder is a project and a package: what makes it a project stays out."""

    def find_package_modules(self, package, package_dir):
        return [module for module in super().find_package_modules(package, package_dir) if module[1] != "setup"]

    def run(self):
        super().run()
        native = Path(os.environ.get("IRONCAGE_BUILD_NATIVE") or ironcage_build.SANDBOX_PACKAGE / "_native")
        target = Path(self.build_lib) / "iron_sandbox" / "_native"
        target.mkdir(parents=True, exist_ok=True)
        for name in (ironcage_build.SANDBOX_LIBRARY, ironcage_build.SANDBOX_PROGRAM):
            shutil.copyfile(native / name, target / name)
        (target / ironcage_build.SANDBOX_PROGRAM).chmod(0o755)
        shutil.copyfile(ironcage_build.SANDBOX_HEADER, target / ironcage_build.SANDBOX_HEADER.name)


setup(
    version=ironcage_build.version(),
    distclass=ironcage_wheel.NativeDistribution,
    cmdclass={"build_py": BuildWithNative, "bdist_wheel": ironcage_wheel.platform_wheel(ROW.tag)},
)
