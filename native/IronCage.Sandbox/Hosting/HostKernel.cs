using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Hosting;

/// <summary>What the kernel of this host can enforce, asked once.</summary>
internal static class HostKernel
{
    private static readonly Lazy<KernelSupport> s_support = new(KernelProbe.Run);

    public static KernelSupport Support => s_support.Value;
}
