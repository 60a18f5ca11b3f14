using System.Globalization;
using System.Text;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Supervising;

/// <summary>A compiled policy as lines that a small program reads without a parser: for comparing what the supervisor takes with what another launcher takes under the same policy.</summary>
internal static class PolicyLines
{
    /// <summary>
    /// "handled FS NET SCOPED", "path ACCESS PATH", "port ACCESS PORT", "instruction CODE JT JF K", "limit RESOURCE SOFT HARD", "env KEY=VALUE", "cwd PATH"; numbers are decimal.
    /// </summary>
    public static byte[] Write(CompiledPolicy policy)
    {
        var lines = new StringBuilder();
        void Line(FormattableString line) => lines.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        if (policy.Landlock is { } domain)
        {
            Line($"handled {(ulong)domain.HandledFs} {(ulong)domain.HandledNet} {(ulong)domain.Scoped}");
            foreach (var rule in domain.PathRules)
                Line($"path {(ulong)rule.Access} {rule.Path}");
            foreach (var rule in domain.PortRules)
                Line($"port {(ulong)rule.Access} {rule.Port}");
        }
        foreach (var instruction in policy.Filter?.Programme ?? [])
            Line($"instruction {instruction.Code} {instruction.Jt} {instruction.Jf} {instruction.K}");
        foreach (var limit in policy.Limits)
            Line($"limit {(int)limit.Resource} {limit.Soft} {limit.Hard}");
        foreach (var variable in policy.Environment)
            Line($"env {variable}");
        Line($"cwd {policy.WorkingDirectory ?? "/"}");
        return Encoding.UTF8.GetBytes(lines.ToString());
    }
}
