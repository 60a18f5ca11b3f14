using System.Runtime.InteropServices;
using System.Text;

namespace IronCage.Abi.Boundary.Fork;

/// <summary>Bytes in memory of the C allocator, behind their length: one pointer, so that whoever reads it never sees half of a change.</summary>
internal static unsafe class ForkText
{
    public static byte* Of(ReadOnlySpan<byte> bytes)
    {
        var text = (byte*)NativeMemory.Alloc((nuint)(sizeof(int) + bytes.Length));
        *(int*)text = bytes.Length;
        bytes.CopyTo(new Span<byte>(text + sizeof(int), bytes.Length));
        return text;
    }

    /// <summary>Null for null.</summary>
    public static byte* Of(string? value) => value is null ? null : Of(Encoding.UTF8.GetBytes(value));

    public static ReadOnlySpan<byte> Bytes(byte* text) => text is null ? default : new(text + sizeof(int), *(int*)text);

    /// <summary>Null for null.</summary>
    public static string? String(byte* text) => text is null ? null : Encoding.UTF8.GetString(Bytes(text));
}
