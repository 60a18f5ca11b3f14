using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Registries of packages, images and artefacts.</summary>
internal static class RegistryTokens
{
    public static readonly TokenRow[] Rows =
    [
        new("NPM_TOKEN", "npm_<a36>", Checksum: TokenChecksum.Crc32Base62),
        new("PYPI_TOKEN", "pypi-AgEIcHlwaS5vcmc<w50-1000>"),
        new("PYPI_TOKEN", "pypi-AgENdGVzdC5weXBpLm9yZw<w50-1000>"),
        new("RUBYGEMS_TOKEN", "rubygems_<h48>"),
        new("NUGET_API_KEY", "oy2<l43>"),
        new("CRATES_IO_TOKEN", "cio<a32>"),
        new("CLOJARS_TOKEN", "CLOJARS_<l60>"),
        new("PACKAGIST_TOKEN", "packagist_<z3>_<l68>"),
        new("DOCKER_HUB_TOKEN", "dckr_pat_<w27>"),
        new("DOCKER_HUB_TOKEN", "dckr_oat_<w32>"),
        new("ARTIFACTORY_API_KEY", "AKCp<a69>"),
        new("ARTIFACTORY_REFERENCE_TOKEN", "cmVmd<a59>"),
        new("CLOUDSMITH_API_KEY", "<h40>", Vendor.Named("cloudsmith")),
        new("ANACONDA_TOKEN", "<z2>-<uuid>", Vendor.Named("anaconda", "conda")),
        new("NGC_API_KEY", "<a84>", Vendor.Named("ngc", "nvcr", "nvidia")),
        new("NGC_API_KEY", "<b82-84>==", Vendor.Named("ngc", "nvcr", "nvidia")),
    ];
}
