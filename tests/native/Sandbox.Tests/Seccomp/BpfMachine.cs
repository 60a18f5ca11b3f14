using System.Collections.Immutable;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Tests.Seccomp;

/// <summary>Runs programmes as the kernel does (kernel/bpf, kernel/seccomp.c), and checks what its verifier checks. Written from the kernel's documents, not from the compiler.</summary>
internal static class BpfMachine
{
    /// <summary>struct seccomp_data: number, architecture, instruction pointer, six arguments.</summary>
    public static uint Run(ImmutableArray<BpfInstruction> programme, uint architecture, uint number, ReadOnlySpan<ulong> arguments)
    {
        Span<byte> data = stackalloc byte[64];
        BitConverter.TryWriteBytes(data, number);
        BitConverter.TryWriteBytes(data[4..], architecture);
        for (var i = 0; i < 6; i++)
            BitConverter.TryWriteBytes(data[(16 + 8 * i)..], arguments[i]);
        var accumulator = 0u;
        for (var at = 0; ; at++)
        {
            var (code, jt, jf, k) = programme[at];
            switch (code)
            {
                case 0x20: accumulator = BitConverter.ToUInt32(data[(int)k..]); break;
                case 0x54: accumulator &= k; break;
                case 0x05: at += (int)k; break;
                case 0x15: at += accumulator == k ? jt : jf; break;
                case 0x25: at += accumulator > k ? jt : jf; break;
                case 0x35: at += accumulator >= k ? jt : jf; break;
                case 0x45: at += (accumulator & k) != 0 ? jt : jf; break;
                case 0x06: return k;
                default: throw new InvalidOperationException($"the kernel takes no instruction {code:x}");
            }
        }
    }

    /// <summary>What bpf_check_classic and seccomp_check_filter refuse, as a text; null: nothing.</summary>
    public static string? Refusal(ImmutableArray<BpfInstruction> programme)
    {
        if (programme.Length is 0 or > 4096)
            return $"{programme.Length} instructions";
        for (var at = 0; at < programme.Length; at++)
        {
            var (code, jt, jf, k) = programme[at];
            var problem = code switch
            {
                0x20 => k % 4 == 0 && k < 64 ? null : "loads from outside of seccomp_data",
                0x54 or 0x06 => null,
                0x05 => at + 1 + (long)k < programme.Length ? null : "jumps out",
                0x15 or 0x25 or 0x35 or 0x45 => at + 1 + Math.Max(jt, jf) < programme.Length ? null : "jumps out",
                _ => $"unknown code {code:x}",
            };
            if (problem is not null)
                return $"instruction {at} {problem}";
        }
        return programme[^1].Code == 0x06 ? null : "does not end with a return";
    }

    /// <summary>The most instructions that any path takes.</summary>
    public static int LongestPath(ImmutableArray<BpfInstruction> programme)
    {
        var longest = new int[programme.Length];
        for (var at = programme.Length - 1; at >= 0; at--)
        {
            var (code, jt, jf, k) = programme[at];
            longest[at] = 1 + code switch
            {
                0x06 => 0,
                0x05 => longest[at + 1 + (int)k],
                0x15 or 0x25 or 0x35 or 0x45 => Math.Max(longest[at + 1 + jt], longest[at + 1 + jf]),
                _ => longest[at + 1],
            };
        }
        return longest[0];
    }
}
