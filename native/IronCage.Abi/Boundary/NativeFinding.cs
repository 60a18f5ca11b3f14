using System.Runtime.InteropServices;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Scanning;
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

    /// <summary>A buffer of those of a text, one after another.</summary>
    /// <param name="scanner">What looks.</param>
    /// <param name="text">Where.</param>
    public static NativeBuffer Find(Scanner scanner, ReadOnlySpan<byte> text)
    {
        using var output = new NativeOutput();
        var places = new CodePointCursor(text);
        var batches = TextScan.Batches(scanner, text);
        while (TextScan.Next(ref batches, out var batch))
        {
            if (batch.IsEmpty)
                continue;
            var to = MemoryMarshal.Cast<byte, NativeFinding>(output.Extend(batch.Length * sizeof(NativeFinding)));
            for (var i = 0; i < batch.Length; i++)
            {
                ref readonly var finding = ref batch[i];
                to[i] = new NativeFinding
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
        }
        return output.Take();
    }
}
