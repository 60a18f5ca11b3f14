using System.Buffers;
using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary;

/// <summary>
/// Bytes that are written for the host, straight into memory that becomes its buffer: what is large exists once. Memory that was not taken is freed with this. One thread
/// at a time.
/// </summary>
internal sealed unsafe class NativeOutput : IBufferWriter<byte>, IDisposable
{
    private const int ChunkLength = 4096;
    private const nuint LargestDoubling = 64 << 20;

    [ThreadStatic]
    private static byte[]? t_chunk;

    private byte[] _chunk = t_chunk ??= new byte[ChunkLength];
    private byte* _data;
    private nuint _length;
    private nuint _capacity;

    public void Advance(int count) => Append(_chunk.AsSpan(0, count));

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_chunk.Length < sizeHint)
            _chunk = new byte[sizeHint];
        return _chunk;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Extend(bytes.Length));

    /// <summary>Makes it longer by as many bytes, which the caller fills before the next call.</summary>
    public Span<byte> Extend(int length)
    {
        var needed = _length + (nuint)length;
        if (needed > _capacity)
            Resize(nuint.Max(needed, _capacity + nuint.Min(_capacity, LargestDoubling)));
        var added = new Span<byte>(_data + _length, length);
        _length = needed;
        return added;
    }

    /// <summary>Hands the memory over; what is written later begins anew.</summary>
    public NativeBuffer Take()
    {
        if (_length == 0)
            return default;
        if (_capacity - _length > ChunkLength)
            Resize(_length);
        var buffer = new NativeBuffer { Data = _data, Length = _length };
        _data = null;
        _length = _capacity = 0;
        return buffer;
    }

    public void Dispose()
    {
        NativeMemory.Free(_data);
        _data = null;
        _length = _capacity = 0;
    }

    private void Resize(nuint capacity)
    {
        _data = (byte*)NativeMemory.Realloc(_data, capacity);
        _capacity = capacity;
    }
}
