namespace IronCage.Sandbox.Landlock;

/// <summary>
/// What a program needs to start at all, declared: a policy that grants only its own folder could not start an interpreter. Paths that are not there are left out.
/// A user replaces it by runtime_paths, and narrows what of it may be executed by executables.
/// </summary>
public static class RuntimeSet
{
    private const FsRights Run = LandlockTable.ReadOnly | FsRights.Execute;

    /// <summary>Programs and libraries: read and executed.</summary>
    public static IReadOnlyList<string> Programs { get; } = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

    /// <summary>
    /// What libraries read. Of /etc/ssl and /etc/pki only certificates and settings: their private folders are readable for root.
    /// </summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        "/etc/hosts", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/gitconfig",
        "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ssl/cert.pem", "/etc/pki/tls/certs", "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf", "/etc/pki/ca-trust/extracted",
    ];

    /// <summary>What is read besides where there is a network.</summary>
    public static IReadOnlyList<string> NetworkSettings { get; } = ["/etc/resolv.conf"];

    /// <summary>Devices that are read and written.</summary>
    public static IReadOnlyList<string> WritableDevices { get; } = ["/dev/null", "/dev/zero", "/dev/full"];

    /// <summary>Devices that are read.</summary>
    public static IReadOnlyList<string> ReadableDevices { get; } = ["/dev/urandom", "/dev/random"];

    /// <summary>The loaders of programs, which need to be executable for any dynamic program to start.</summary>
    public static IReadOnlyList<string> Loaders { get; } =
        ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1"];

    /// <summary>Rights of <see cref="Programs"/> and of the interpreter's prefixes.</summary>
    public static FsRights ProgramRights => Run;
}
