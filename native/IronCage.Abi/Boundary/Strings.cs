using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary;

/// <summary>Static zero-terminated strings that the library hands out.</summary>
internal static unsafe class Strings
{
    public static readonly byte* Empty = Copy(default);
    public static readonly byte* Fingerprint = Copy(AbiIdentity.Fingerprint);
    public static readonly byte* Version = Copy(AbiIdentity.Version);

    private static byte* Copy(ReadOnlySpan<byte> text)
    {
        var copy = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
        text.CopyTo(new Span<byte>(copy, text.Length));
        return copy;
    }
}
