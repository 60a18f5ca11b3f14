using IronCage.Abi.Boundary;
using IronCage.Sandbox.Hosting;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Abi.Boundary;

/// <summary>The catch-all of the boundary: every export is one call of <see cref="Run"/> (or <see cref="Value{T}"/> for exports that cannot fail).</summary>
internal static class SandboxGuard
{
    public static int Run(Action body) => CatchAll.Run(OperatingSystem.IsLinux() ? body : Unsupported, static e => e switch
    {
        PolicyException => SandboxStatus.Policy,
        SandboxException => SandboxStatus.Unsupported,
        ProgramNotFoundException => SandboxStatus.NotFound,
        KernelException => SandboxStatus.System,
        _ => SandboxStatus.Ok,
    });

    /// <inheritdoc cref="CatchAll.Value{T}"/>
    public static T Value<T>(Func<T> body, T otherwise) => CatchAll.Value(body, otherwise);

    private static void Unsupported() => throw new AbiException(SandboxStatus.Unsupported, "sandboxes need Linux 5.13 or newer");
}
