using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Policy;

/// <summary>Makes of a policy what a kernel is told. Pure: the kernel comes in as data, the disk through <see cref="IPathProbe"/>.</summary>
public static class PolicyCompiler
{
    /// <summary>Compiles a policy for a kernel.</summary>
    /// <param name="policy">What the user asked for.</param>
    /// <param name="kernel">What the kernel can enforce.</param>
    /// <param name="host">What the host knows.</param>
    /// <param name="paths">The door to the disk.</param>
    /// <returns>The compiled policy; what cannot be enforced is in <see cref="CompiledPolicy.Losses"/>, and nothing may start while <see cref="CompiledPolicy.Refusal"/> is not null.</returns>
    /// <exception cref="PolicyException">A path is missing, relative or a link, or options contradict each other.</exception>
    public static CompiledPolicy Compile(SandboxPolicy policy, KernelSupport kernel, HostFacts host, IPathProbe paths)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new CompiledPolicy { Policy = policy, Timeout = policy.Timeout, Losses = [new Loss("allowed_paths", "not compiled yet")] };
    }
}
