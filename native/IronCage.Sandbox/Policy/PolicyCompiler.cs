using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Seccomp;

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
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(paths);
        if (policy.LandlockAbi is { } most)
            kernel = kernel.AsOfAbi(most);
        var environment = EnvironmentCompiler.Compile(policy, host);
        var grants = new PathGrants(policy, host, paths).Collect(environment["PATH"]);
        var domain = kernel.LandlockAbi > 0 ? DomainCompiler.Compile(grants, policy.Network, kernel) : null;
        var filter = kernel is { SeccompFilters: true, Architecture: { } architecture }
            ? FilterCompiler.Compile(architecture, FilterRules.Of(policy, domain?.HandledFs ?? FsRights.None, kernel.LandlockNet, domain?.Scoped ?? Scopes.None, kernel.SeccompNotifications))
            : null;
        return new CompiledPolicy
        {
            Policy = policy,
            Landlock = domain,
            Filter = filter,
            Limits = Limits(policy),
            Tree = new TreeLimits(policy.MaxMemoryBytes, policy.MaxProcesses, policy.MaxCpuSeconds),
            Timeout = policy.Timeout,
            Environment = [.. environment.Select(variable => $"{variable.Key}={variable.Value}")],
            WorkingDirectory = grants.Where(IsAllowedTree).Select(grant => grant.Path).FirstOrDefault(),
            ChangeRoots = [.. grants.Where(grant => grant.Access.HasFlag(FsRights.WriteFile) && grant.Kind is PathKind.Directory or PathKind.File).Select(grant => grant.Path).Distinct()],
            Enforced = Accounting.Enforced(policy, kernel, domain, filter),
            Losses = Accounting.Losses(policy, kernel, grants),
        };
    }

    private static bool IsAllowedTree(GrantedPath grant) => grant.Kind == PathKind.Directory && grant.Access.HasFlag(FsRights.WriteFile);

    private static ImmutableArray<ResourceLimit> Limits(SandboxPolicy policy)
    {
        // A core dump would be written by the kernel, to wherever the host says, with all that the process knew.
        var limits = ImmutableArray.CreateBuilder<ResourceLimit>();
        limits.Add(new ResourceLimit(Resource.Core, 0, 0));
        if (policy.MaxCpuSeconds is { } seconds)
            limits.Add(new ResourceLimit(Resource.Cpu, (ulong)seconds, (ulong)seconds + 1));
        if (policy.MaxFileSizeBytes is { } size)
            limits.Add(new ResourceLimit(Resource.FileSize, (ulong)size, (ulong)size));
        if (policy.MaxOpenFiles is { } files)
            limits.Add(new ResourceLimit(Resource.OpenFiles, (ulong)files, (ulong)files));
        if (policy.MaxMemoryBytes is { } memory)
            limits.Add(new ResourceLimit(Resource.AddressSpace, (ulong)memory, (ulong)memory));
        return limits.ToImmutable();
    }
}
