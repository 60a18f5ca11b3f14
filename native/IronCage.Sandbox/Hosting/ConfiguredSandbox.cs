using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Hosting;

/// <summary>A policy that was read and compiled for this kernel, so that whatever is wrong with it is told before anything starts.</summary>
internal sealed class ConfiguredSandbox
{
    /// <param name="setup">As <see cref="SandboxSetup"/> reads it.</param>
    /// <param name="kernel">What this kernel can enforce.</param>
    /// <exception cref="PolicyException">The policy cannot be meant.</exception>
    /// <exception cref="SandboxException">It cannot be enforced here, and the user did not say best_effort.</exception>
    public ConfiguredSandbox(byte[] setup, KernelSupport kernel)
    {
        Setup = setup;
        Kernel = kernel;
        var read = SandboxSetup.Read(setup);
        TemporaryDirectory = read.TemporaryDirectory;
        Compiled = read.Compile(kernel);
        if (Compiled.Refusal is { } refusal)
            throw new SandboxException(refusal);
    }

    public byte[] Setup { get; }

    /// <summary>Where private folders are made.</summary>
    public string TemporaryDirectory { get; }

    public KernelSupport Kernel { get; }

    public CompiledPolicy Compiled { get; }
}
