using System.Globalization;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Policy;

/// <summary>A compiled policy as lines for people. Values of variables are never among them.</summary>
public static class PolicyExplanation
{
    private const long MiB = 1024 * 1024;

    /// <summary>The lines, headings without and items with two spaces before them.</summary>
    public static IReadOnlyList<string> Lines(CompiledPolicy compiled)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        return
        [
            .. compiled.Policy.Preset is { } preset ? new[] { $"Preset: {preset}" } : [],
            "Files:", .. Files(compiled),
            "Network:", .. Network(compiled.Policy.Network),
            "Limits:", .. Limits(compiled),
            "Environment:", $"  {string.Join(", ", compiled.Environment.Select(line => line[..line.IndexOf('=', StringComparison.Ordinal)]))}",
            "System calls:", .. Calls(compiled.Filter),
            "Enforced by:", .. compiled.Enforced.Select(item => $"  {item.Option}: {item.By}"),
            .. compiled.Losses.IsEmpty ? Array.Empty<string>() : ["Not enforced:", .. compiled.Losses.Select(loss => $"  {loss.Option}: {loss.Reason}")],
        ];
    }

    private static IEnumerable<string> Files(CompiledPolicy compiled)
    {
        if (compiled.Landlock is not { } domain)
        {
            yield return "  everything that the user may do: the kernel has no Landlock";
            yield break;
        }
        foreach (var rule in domain.PathRules)
            yield return $"  {rule.Path}: {Rights(rule.Access)}{Inherited(rule, domain)}";
        yield return $"  a private folder, removed afterwards: read, write (HOME and TMPDIR{(compiled.WorkingDirectory is null ? ", and the working directory" : "")})";
        if (compiled.WorkingDirectory is { } folder)
            yield return $"  working directory: {folder}";
        yield return "  nothing else; that other files exist, and their sizes and times, can be seen";
    }

    /// <summary>Rights add up from the root: what a folder above grants holds below it, too.</summary>
    private static string Inherited(PathRule rule, LandlockDomain domain)
    {
        var above = domain.PathRules.FirstOrDefault(other => other.Path != rule.Path && PathOptions.IsWithin(rule.Path, other.Path) && (other.Access & ~rule.Access) != 0);
        return above.Path is null ? "" : $", and {Rights(above.Access & ~rule.Access)} by {above.Path}";
    }

    private static string Rights(FsRights access)
    {
        var words = new List<string>(3);
        if ((access & LandlockTable.ReadOnly) != 0)
            words.Add("read");
        if ((access & LandlockTable.ReadWrite & ~LandlockTable.ReadOnly) != 0)
            words.Add("write");
        if (access.HasFlag(FsRights.Execute))
            words.Add("execute");
        if (access.HasFlag(FsRights.DeviceCommands))
            words.Add("device commands");
        return string.Join(", ", words);
    }

    private static IEnumerable<string> Network(NetworkPolicy network)
    {
        if (network.IsOff)
        {
            yield return "  off";
            yield break;
        }
        yield return $"  TCP to: {(network.Dns && !network.Connect.Any ? PortSet.Of([.. network.Connect.Ports, 53]) : network.Connect)}";
        yield return $"  TCP listening on: {network.Bind}";
        yield return $"  UDP to: {network.Udp}";
        if (network.Dns)
            yield return "  names are resolved over TCP (RES_OPTIONS=use-vc)";
    }

    private static IEnumerable<string> Limits(CompiledPolicy compiled)
    {
        var policy = compiled.Policy;
        yield return $"  memory: {Or(policy.MaxMemoryBytes / MiB, "MiB, the whole tree and each process's address space")}";
        yield return $"  CPU time: {Or(policy.MaxCpuSeconds, "s, the whole tree")}";
        yield return $"  processes: {Or(policy.MaxProcesses, "at once")}";
        yield return $"  open files: {Or(policy.MaxOpenFiles, "in each process")}";
        yield return $"  size of a written file: {Or(policy.MaxFileSizeBytes / MiB, "MiB")}";
        yield return $"  time: {Or(policy.Timeout?.TotalSeconds, "s, then the whole tree is ended")}";
    }

    private static string Or(double? limit, string unit) => limit is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:#,##0.###} {unit}") : "no limit";

    private static IEnumerable<string> Calls(SeccompFilter? filter)
    {
        if (filter is null)
        {
            yield return "  all: no filter can be installed";
            yield break;
        }
        var table = SyscallTable.Of(filter.Architecture);
        foreach (var group in filter.Rules.Where(rule => rule.Reason.Length > 0 && table.NumberOf(rule.Syscall) is not null).GroupBy(rule => (rule.Action.Kind, rule.Reason)))
        {
            var verb = group.Key.Kind switch { FilterActionKind.Notify => "supervised", FilterActionKind.Errno => "denied", _ => "ends the process" };
            yield return $"  {verb}: {group.Key.Reason}: {string.Join(", ", group.Select(rule => rule.Checks.IsEmpty ? rule.Syscall : $"{rule.Syscall} (some)").Distinct())}";
        }
        yield return "  denied: calls that are newer than Linux 6.18";
        yield return "  ends the process: calls of another architecture (int 0x80, x32)";
    }
}
