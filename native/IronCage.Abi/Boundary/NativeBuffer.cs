using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary;

/// <summary>The layout of <c>ironcage_buffer</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeBuffer
{
    public byte* Data;
    public nuint Length;

    /// <summary>Copies bytes into memory of the library that the host gives back.</summary>
    public static NativeBuffer From(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return default;
        var data = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
        bytes.CopyTo(new Span<byte>(data, bytes.Length));
        return new NativeBuffer { Data = data, Length = (nuint)bytes.Length };
    }

    public static void Free(NativeBuffer* buffer)
    {
        if (buffer is null)
            return;
        NativeMemory.Free(buffer->Data);
        *buffer = default;
    }
}
