using System.Runtime.InteropServices;
using IronCage.Runtime.Calls;

namespace IronCage.Abi.Boundary;

/// <summary>The layout of <c>ironcage_verdict</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeVerdict
{
    public const uint HasEvents = 1;
    public const uint LastTry = 2;
    public const uint MayHedge = 4;

    public uint Size;
    public int Kind;
    public ulong Call;
    public uint Flags;
    public uint TimeoutMs;
    public NativeBuffer Body;

    public void Set(in Verdict verdict, ulong call, bool drain)
    {
        Kind = (int)verdict.Kind;
        Call = call;
        Flags = drain ? HasEvents : 0;
        TimeoutMs = 0;
        Body = NativeBuffer.From(verdict.Body.Span);
    }
}
