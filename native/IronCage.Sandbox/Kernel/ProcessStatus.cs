using System.Globalization;

namespace IronCage.Sandbox.Kernel;

/// <summary>What /proc/self/status tells; nothing where it cannot be read.</summary>
/// <param name="EffectiveCapabilities">Bit by number.</param>
/// <param name="Filtered">Whether a seccomp filter is on.</param>
internal readonly record struct ProcessStatus(ulong EffectiveCapabilities, bool Filtered)
{
    public static ProcessStatus Read()
    {
        var capabilities = 0UL;
        var filtered = false;
        foreach (var line in KernelProbe.Text("/proc/self/status").Split('\n'))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal))
                _ = ulong.TryParse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out capabilities);
            else if (line.StartsWith("Seccomp:", StringComparison.Ordinal))
                filtered = line.AsSpan(8).Trim() is not "0";
        }
        return new ProcessStatus(capabilities, filtered);
    }
}
