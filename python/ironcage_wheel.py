# mypy: ignore-errors
"""What the wheels of both packages have in common: native code of one platform, and bindings for any Python 3."""
from setuptools import Distribution
from wheel.bdist_wheel import bdist_wheel


class NativeDistribution(Distribution):
    """Holds native code, so it belongs into platlib (root_is_pure: false)."""

    def has_ext_modules(self):
        return True


def platform_wheel(tag):
    """The bdist_wheel command for any Python 3 on one platform: the bindings are in ABI mode."""

    class PlatformWheel(bdist_wheel):
        def finalize_options(self):
            super().finalize_options()
            self.root_is_pure = False

        def get_tag(self):
            return "py3", "none", tag

    return PlatformWheel
