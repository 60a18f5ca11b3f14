using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace IronCage.Core.Audit;

/// <summary>SHA-256 (FIPS 180-4) of bytes that come in parts. .NET's own would look for OpenSSL on the machine of the host, and this one allocates nothing.</summary>
internal ref struct Sha256
{
    public const int HashLength = 32;
    private const int BlockLength = 64;
    private const int LengthLength = 8;

    private State _state;
    private Block _block;
    private int _filled;
    private ulong _length;

    /// <summary>Begins.</summary>
    public Sha256()
    {
        ReadOnlySpan<uint> initial = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
        initial.CopyTo(_state);
    }

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        _length += (ulong)bytes.Length;
        if (_filled > 0)
        {
            var taken = Math.Min(BlockLength - _filled, bytes.Length);
            bytes[..taken].CopyTo(_block[_filled..]);
            _filled += taken;
            bytes = bytes[taken..];
            if (_filled < BlockLength)
                return;
            Compress(_state, _block);
            _filled = 0;
        }
        var whole = bytes.Length - bytes.Length % BlockLength;
        Compress(_state, bytes[..whole]);
        bytes[whole..].CopyTo(_block);
        _filled = bytes.Length - whole;
    }

    /// <summary>As eight bytes, the highest first.</summary>
    public void Append(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        Append(bytes);
    }

    /// <summary>The hash of everything so far, 32 bytes. Nothing may follow.</summary>
    public void Finish(scoped Span<byte> hash)
    {
        Span<byte> block = _block;
        block[_filled] = 0x80;
        block[(_filled + 1)..].Clear();
        if (_filled >= BlockLength - LengthLength)
        {
            Compress(_state, block);
            block.Clear();
        }
        BinaryPrimitives.WriteUInt64BigEndian(block[^LengthLength..], _length * 8);
        Compress(_state, block);
        for (var i = 0; i < 8; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], _state[i]);
    }

    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    [SkipLocalsInit]
    private static void Compress(scoped Span<uint> state, scoped ReadOnlySpan<byte> blocks)
    {
        Span<uint> words = stackalloc uint[64];
        var constants = Constants;
        for (; blocks.Length >= BlockLength; blocks = blocks[BlockLength..])
        {
            for (var i = 0; i < 16; i++)
                words[i] = BinaryPrimitives.ReadUInt32BigEndian(blocks[(4 * i)..]);
            for (var i = 16; i < 64; i++)
            {
                var (old, recent) = (words[i - 15], words[i - 2]);
                var sigma0 = BitOperations.RotateRight(old, 7) ^ BitOperations.RotateRight(old, 18) ^ (old >> 3);
                var sigma1 = BitOperations.RotateRight(recent, 17) ^ BitOperations.RotateRight(recent, 19) ^ (recent >> 10);
                words[i] = words[i - 16] + sigma0 + words[i - 7] + sigma1;
            }
            var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
            for (var i = 0; i < 64; i += 8)
            {
                // Eight rounds bring the names back to where they began.
                Round(a, b, c, ref d, e, f, g, ref h, constants[i] + words[i]);
                Round(h, a, b, ref c, d, e, f, ref g, constants[i + 1] + words[i + 1]);
                Round(g, h, a, ref b, c, d, e, ref f, constants[i + 2] + words[i + 2]);
                Round(f, g, h, ref a, b, c, d, ref e, constants[i + 3] + words[i + 3]);
                Round(e, f, g, ref h, a, b, c, ref d, constants[i + 4] + words[i + 4]);
                Round(d, e, f, ref g, h, a, b, ref c, constants[i + 5] + words[i + 5]);
                Round(c, d, e, ref f, g, h, a, ref b, constants[i + 6] + words[i + 6]);
                Round(b, c, d, ref e, f, g, h, ref a, constants[i + 7] + words[i + 7]);
            }
            state[0] += a;
            state[1] += b;
            state[2] += c;
            state[3] += d;
            state[4] += e;
            state[5] += f;
            state[6] += g;
            state[7] += h;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint word)
    {
        var sum1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
        var sum0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
        h += sum1 + (((f ^ g) & e) ^ g) + word;
        d += h;
        h += sum0 + (((a | b) & c) | (a & b));
    }

    [InlineArray(8)]
    private struct State
    {
        private uint _first;
    }

    [InlineArray(BlockLength)]
    private struct Block
    {
        private byte _first;
    }
}
