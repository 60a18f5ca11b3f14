using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Spawning;

/// <summary>A system call failed that must not fail.</summary>
internal sealed class KernelException(string step, int errno) : Exception($"{step}: {Errors.Text(errno)}")
{
    public int Number { get; } = errno;
    public string Step { get; } = step;
}
