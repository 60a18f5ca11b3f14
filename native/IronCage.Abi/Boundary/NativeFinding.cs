using System.Runtime.InteropServices;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Abi.Boundary;

/// <summary>The layout of <c>ironcage_finding</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeFinding
{
    public ulong Start;
    public ulong End;
    public ulong ByteStart;
    public ulong ByteEnd;
    public double Score;
    public uint Kind;
    public uint Evidence;

    /// <summary>A buffer of one after another.</summary>
    /// <param name="findings">Of one text, ascending.</param>
    /// <param name="text">The text.</param>
    public static NativeBuffer Array(List<Finding> findings, ReadOnlySpan<byte> text)
    {
        if (findings.Count == 0)
            return default;
        var length = (nuint)findings.Count * (nuint)sizeof(NativeFinding);
        var array = (NativeFinding*)NativeMemory.Alloc(length);
        var places = new CodePointCursor(text);
        var to = array;
        foreach (var finding in CollectionsMarshal.AsSpan(findings))
        {
            *to++ = new NativeFinding
            {
                Start = (ulong)places.At(finding.Start),
                End = (ulong)places.At(finding.End),
                ByteStart = (ulong)finding.Start,
                ByteEnd = (ulong)finding.End,
                Score = Math.Round((double)finding.Score, 3),
                Kind = (uint)finding.Kind.Index,
                Evidence = (uint)finding.Evidence,
            };
        }
        return new NativeBuffer { Data = (byte*)array, Length = length };
    }
}
