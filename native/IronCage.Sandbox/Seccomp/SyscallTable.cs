using System.Collections.Frozen;
using System.Globalization;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Seccomp;

/// <summary>
/// The system calls of an architecture by name and number, complete up to Linux 6.18. A number that is not here is of a newer kernel or of none: filters answer it with ENOSYS,
/// as nobody has judged what it opens.
/// </summary>
public sealed partial class SyscallTable
{
    private readonly FrozenDictionary<string, int> _numbers;
    private readonly FrozenDictionary<int, string> _names;

    private SyscallTable(CpuArchitecture architecture, string names)
    {
        Architecture = architecture;
        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in names.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var number = int.Parse(line.AsSpan(0, colon), CultureInfo.InvariantCulture);
            foreach (var name in line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                byName.Add(name, number++);
        }
        _numbers = byName.ToFrozenDictionary(StringComparer.Ordinal);
        _names = byName.ToFrozenDictionary(entry => entry.Value, entry => entry.Key);
        Highest = byName.Values.Max();
    }

    /// <summary>The table of x86-64.</summary>
    public static SyscallTable X64 { get; } = new(CpuArchitecture.X64, X64Names);

    /// <summary>The table of arm64.</summary>
    public static SyscallTable Arm64 { get; } = new(CpuArchitecture.Arm64, Arm64Names);

    /// <summary>Whose numbers these are.</summary>
    public CpuArchitecture Architecture { get; }

    /// <summary>The highest number.</summary>
    public int Highest { get; }

    /// <summary>Every name.</summary>
    public IEnumerable<string> Names => _numbers.Keys;

    /// <summary>The table of an architecture.</summary>
    public static SyscallTable Of(CpuArchitecture architecture) => architecture switch
    {
        CpuArchitecture.X64 => X64,
        CpuArchitecture.Arm64 => Arm64,
        _ => throw new ArgumentOutOfRangeException(nameof(architecture)),
    };

    /// <summary>The number of a call, or null: this architecture has none of that name (arm64 has no fork).</summary>
    public int? NumberOf(string name) => _numbers.TryGetValue(name, out var number) ? number : null;

    /// <summary>The name of a number, or null.</summary>
    public string? NameOf(int number) => _names.GetValueOrDefault(number);
}
