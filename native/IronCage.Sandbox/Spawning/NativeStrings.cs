using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>Strings that lie one after another, each with its NUL, and the array of pointers to them that execve takes.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte* _bytes;

    /// <param name="block">Strings, each ended by a NUL.</param>
    public NativeStrings(ReadOnlySpan<byte> block)
    {
        Count = block.Count((byte)0);
        var pointers = (nuint)(Count + 1) * (nuint)sizeof(byte*);
        _bytes = (byte*)NativeMemory.Alloc(pointers + (nuint)block.Length);
        Pointers = (byte**)_bytes;
        var text = _bytes + pointers;
        block.CopyTo(new Span<byte>(text, block.Length));
        for (var i = 0; i < Count; i++)
        {
            Pointers[i] = text;
            text += MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).Length + 1;
        }
        Pointers[Count] = null;
    }

    public int Count { get; }

    /// <summary>The array, ended by a null.</summary>
    public byte** Pointers { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        _bytes = null;
        Pointers = null;
    }
}
